//! Changes that PostgreSQL has no safe way for, each with the reason.

use model::{Change, Column, ConstraintKind, Domain, Object, TableOption};

use crate::Cost;
use crate::recipe::privileges::is_made_anew;
use crate::recipe::second_column::FEW_ROWS;
use crate::situation::Situation;

/// Why a change needs a maintenance window; none where it needs none, or only its cost says so.
pub(super) fn why(change: &Change, situation: &Situation<'_>) -> Option<String> {
    let is_stored = |column: &Column| column.generated.as_ref().is_some_and(|generated| generated.stored);
    Some(match change {
        Change::AddColumn { column, .. } if is_stored(column) => {
            let virtually = if situation.server_major >= 18 {
                ", or take a VIRTUAL one, which is an entry in the catalog"
            } else {
                ""
            };
            format!(
                "no version makes a plain column a STORED generated one, so it cannot be filled before: adding it writes \
                 every row anew under ACCESS EXCLUSIVE (a plain column that a trigger fills needs no window{virtually})"
            )
        }
        Change::SetGenerated { from, to, .. } if is_stored(to) && !from.only_drops_expression(to) => {
            "no version makes a plain column a STORED generated one, and another expression writes every row anew under \
             ACCESS EXCLUSIVE"
                .to_owned()
        }
        Change::AddColumn { column, .. } if column.identity.is_some() => {
            "numbers for the rows that are there are written into every row under ACCESS EXCLUSIVE (a plain column that is \
             filled first and gets its identity by a second push needs no window)"
                .to_owned()
        }
        Change::SetTableOption { option: TableOption::Unlogged, to, .. } => match to {
            Some(_) => "UNLOGGED writes the table and its indexes anew under ACCESS EXCLUSIVE, and after a crash it is \
                        empty"
                .to_owned(),
            None => "LOGGED writes the table and its indexes anew under ACCESS EXCLUSIVE, and through the log".to_owned(),
        },
        Change::AddConstraint { constraint, .. }
            if matches!(constraint.kind, ConstraintKind::Exclusion { .. }) =>
        {
            "an exclusion constraint can neither take over an index nor come NOT VALID: its index is built under ACCESS \
             EXCLUSIVE"
                .to_owned()
        }
        Change::AlterColumnType { table, .. } if is_family(change, situation) => {
            format!("{table} has partitions or children, of which none can have a second column of its own")
        }
        Change::ReplaceEnum { .. } if is_family(change, situation) => {
            "a table with partitions or children has the type, of which none can have a second column of its own".to_owned()
        }
        Change::Replace { from: Object::Domain { domain: from, .. }, to: Object::Domain { domain: to, .. } }
            if proves_anew(from, to) =>
        {
            "every row of every table with a column of the domain is read under SHARE, which holds writers up, and which \
             VALIDATE of a domain's constraint takes as well"
                .to_owned()
        }
        _ => return None,
    })
}

/// Whether a domain demands more of the values that are there.
pub(super) fn proves_anew(from: &Domain, to: &Domain) -> bool {
    let is_new = |constraint: &model::Constraint| {
        !constraint.not_valid && !from.constraints.iter().any(|it| it.kind == constraint.kind)
    };
    to.not_null && !from.not_null || to.constraints.iter().any(is_new)
}

/// Why a change that reads or writes rows holds nobody up; none where it does, or where it is but an entry.
pub(super) fn harmless(change: &Change, situation: &Situation<'_>) -> Option<&'static str> {
    let is_few =
        |name: &model::Name| situation.table_statistics(name).is_some_and(|it| it.rows_or_guess() < FEW_ROWS);
    match change {
        Change::ValidateConstraint { .. } => {
            Some("every row is read under SHARE UPDATE EXCLUSIVE, which readers and writers do not notice")
        }
        Change::Create { object: Object::View { view, .. } } if view.materialized => {
            Some("its query runs once, and holds nobody up")
        }
        Change::CreateIndex { table, .. } | Change::DropIndex { table, .. }
            if situation.to.views.contains_key(table) =>
        {
            Some("nobody writes to a materialized view but REFRESH")
        }
        Change::Replace { .. } if is_made_anew(change) => Some(
            "it cannot be altered in place: it goes and comes again in one transaction, and nobody finds it missing",
        ),
        _ if super::cost(change, situation) == Cost::Catalog => None,
        _ if change.table().is_some_and(|table| is_few(&table)) => {
            Some("the table has so few rows that this is quicker in place than in any other way")
        }
        _ => None,
    }
}

/// Whether a table that the change writes anew has partitions, is one, or has children.
fn is_family(change: &Change, situation: &Situation<'_>) -> bool {
    let has_family = |name: &model::Name| {
        situation.table(name).is_some_and(|table| {
            table.partition_by.is_some() || table.partition_of.is_some() || !table.inherits.is_empty()
        }) || situation.now.tables.values().any(|table| table.inherits.contains(name))
    };
    match change {
        Change::AlterColumnType { table, .. } => has_family(table),
        Change::ReplaceEnum { columns, .. } => columns.iter().any(|(table, _)| has_family(table)),
        _ => false,
    }
}
