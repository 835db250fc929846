//! The safety checklist: seven items, each pass, fail or unknown, with what that rests on.

use model::{Category, CheckStatus, ChecklistItem, RedFlag};

use crate::{Input, Judged, Outcome, Precondition};

/// What was found out for the checklist outside the schemas.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Whether a plan of exactly this change was reviewed and approved.
    pub reviewed: Option<Said>,
    /// Whether there is a backup of production's data.
    pub backup: Option<Said>,
    /// Whether the change was rehearsed.
    pub rehearsed: Option<Said>,
    /// Whether the project's validators match the wanted schema.
    pub validators: Option<Said>,
    /// Whether the project's type check passes.
    pub types: Option<Said>,
    /// The way back that a plan of exactly this change has.
    pub rollback: Option<Said>,
}

/// One answer with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The answer.
    pub status: CheckStatus,
    /// What it rests on.
    pub evidence: String,
}

impl Said {
    /// An answer.
    pub fn new(status: CheckStatus, evidence: impl Into<String>) -> Self {
        Self { status, evidence: evidence.into() }
    }
}

pub(crate) fn checklist(input: &Input<'_>, category: Category, red_flags: &[RedFlag]) -> Vec<ChecklistItem> {
    let evidence = &input.evidence;
    let known = |item: &str, found: &Option<Said>, unknown: &str| {
        let said = found.clone().unwrap_or_else(|| Said::new(CheckStatus::Unknown, unknown));
        ChecklistItem { item: item.to_owned(), status: said.status, evidence: said.evidence }
    };
    let sizes = if input.statistics.is_some() { "live statistics" } else { "no database, sizes assumed" };
    vec![
        known(
            "schema changes reviewed",
            &evidence.reviewed,
            "no plan of this change was found; make one with lockkeeper plan -o DIR and approve it",
        ),
        ChecklistItem {
            item: "risk categorised".to_owned(),
            status: CheckStatus::Pass,
            evidence: format!(
                "changes: {}, the worst {category}; red flags: {}; {sizes}",
                input.changes.len(),
                red_flags.len()
            ),
        },
        known(
            "backup plan for production data",
            &evidence.backup,
            "nothing here tells of a backup; say where it is with --backup TEXT",
        ),
        known(
            "tested on a local or staging database first",
            &evidence.rehearsed,
            "no rehearsal of this change was found; lockkeeper rehearse PLAN makes one",
        ),
        known("validators (Zod) match", &evidence.validators, "no Zod validators were found"),
        known(
            "type check passes",
            &evidence.types,
            "no type check was run; --type-check runs the project's own tsc",
        ),
        match &evidence.rollback {
            Some(_) => known("rollback considered", &evidence.rollback, ""),
            None => rollback(input),
        },
    ]
}

/// Every change that PostgreSQL cannot take back by itself fails the item.
fn rollback(input: &Input<'_>) -> ChecklistItem {
    let is_lost = |(at, judged): &(usize, &Judged)| {
        let changes =
            |asked: &Precondition| asked.outcome == Outcome::Changes && asked.is_violated() != Some(false);
        crate::category::loses_data(judged) && !input.is_clear(*at)
            || judged.change.inverse().is_none()
            || input.asked(*at).any(changes)
    };
    let lost: Vec<String> = input
        .changes
        .iter()
        .enumerate()
        .filter(is_lost)
        .map(|(_, judged)| judged.change.object().to_string())
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
