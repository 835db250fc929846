//! Statements that a server of a given major does not know yet, where no measured form tells.

use parse::{OnTableKind, Statement, Verb};

use crate::failure::Failure;

/// Why a statement fails on a server of this major, where it is too new for it.
pub(crate) fn too_old(statement: &Statement<'_>, major: u32) -> Option<Failure> {
    statement.actions.iter().find_map(|action| {
        let (since, what) = needs(&action.verb)?;
        let text = format!("{what} needs PostgreSQL {since}, and the server is {major}");
        (major < since).then(|| Failure::new("42601", text))
    })
}

/// The first major that knows what a verb says, where that is after the oldest supported.
fn needs(verb: &Verb) -> Option<(u32, &'static str)> {
    match verb {
        Verb::CreateIndex(it) if it.nulls_not_distinct => Some((15, "NULLS NOT DISTINCT")),
        Verb::CreateOnTable(it) if it.kind == OnTableKind::Trigger && it.tolerant => {
            Some((14, "CREATE OR REPLACE TRIGGER"))
        }
        Verb::Alter(it) => match &it.change {
            parse::AlterChange::DetachPartition { concurrently: true, .. } => {
                Some((14, "DETACH PARTITION CONCURRENTLY"))
            }
            parse::AlterChange::AddConstraint(constraint) => match &constraint.demand {
                parse::Demand::Unique { nulls_not_distinct: true, .. } => Some((15, "NULLS NOT DISTINCT")),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}
