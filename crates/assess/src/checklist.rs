//! The safety checklist: seven items, each pass, fail or unknown, with what that rests on.

use model::{Category, CheckStatus, ChecklistItem, RedFlag};

use crate::Input;

/// What was found out for the checklist outside the schema: each a status with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// A plan of exactly this change was approved.
    pub reviewed: Option<(bool, String)>,
    /// There is a backup of production's data.
    pub backup: Option<(bool, String)>,
    /// The change was rehearsed.
    pub rehearsed: Option<(bool, String)>,
    /// The project's validators match the wanted schema.
    pub validators: Option<(bool, String)>,
    /// The project's type check passes.
    pub types: Option<(bool, String)>,
}

pub(crate) fn checklist(input: &Input<'_>, category: Category, red_flags: &[RedFlag]) -> Vec<ChecklistItem> {
    let evidence = &input.evidence;
    let known = |item: &str, found: &Option<(bool, String)>, unknown: &str| {
        let (status, evidence) = match found {
            Some((true, evidence)) => (CheckStatus::Pass, evidence.clone()),
            Some((false, evidence)) => (CheckStatus::Fail, evidence.clone()),
            None => (CheckStatus::Unknown, unknown.to_owned()),
        };
        ChecklistItem { item: item.to_owned(), status, evidence }
    };
    let sizes = if input.statistics.is_some() { "live statistics" } else { "no database, sizes assumed" };
    vec![
        known("schema changes reviewed", &evidence.reviewed, "no approved plan of this change was found"),
        ChecklistItem {
            item: "risk categorised".to_owned(),
            status: CheckStatus::Pass,
            evidence: format!(
                "{} changes, the worst {category}, {} red flags; {sizes}",
                input.changes.len(),
                red_flags.len()
            ),
        },
        known("backup plan for production data", &evidence.backup, "nothing here tells of a backup"),
        known(
            "tested on a local or staging database first",
            &evidence.rehearsed,
            "no rehearsal of this change was found",
        ),
        known("validators (Zod) match", &evidence.validators, "no validators were compared"),
        known("type check passes", &evidence.types, "no type check was run"),
        rollback(input),
    ]
}

/// Every change that PostgreSQL cannot take back by itself fails the item.
fn rollback(input: &Input<'_>) -> ChecklistItem {
    let lost: Vec<String> = input
        .changes
        .iter()
        .filter(|judged| crate::category::loses_data(judged) || judged.change.inverse().is_none())
        .map(|judged| judged.change.object().to_string())
        .collect();
    let (status, evidence) = if lost.is_empty() {
        (CheckStatus::Pass, "every change has an inverse that restores schema and data".to_owned())
    } else {
        (
            CheckStatus::Fail,
            format!("a push cannot take back: {}; a plan keeps what goes until cleanup", lost.join(", ")),
        )
    };
    ChecklistItem { item: "rollback considered".to_owned(), status, evidence }
}
