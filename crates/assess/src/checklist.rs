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
    vec![
        known(
            "schema changes reviewed",
            &evidence.reviewed,
            "no plan of this change was found; make one with lockkeeper plan -o DIR and approve it",
        ),
        categorised(input, category, red_flags),
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

/// A change of unknown effect has no category worth the name, and one of unknown size no risk.
fn categorised(input: &Input<'_>, category: Category, red_flags: &[RedFlag]) -> ChecklistItem {
    let unknown: Vec<&str> =
        input.changes.iter().flat_map(|judged| &judged.unknown).map(String::as_str).collect();
    let sizes =
        if input.statistics.is_some() { "live statistics" } else { "no database was asked, sizes assumed" };
    let said = format!(
        "changes: {}, the worst {category}; red flags: {}; {sizes}",
        input.changes.len(),
        red_flags.len()
    );
    let (status, evidence) = match unknown.first() {
        Some(first) => {
            (CheckStatus::Fail, format!("{said}; not known: {}, first that {first}", unknown.len()))
        }
        None if input.statistics.is_none() => (CheckStatus::Unknown, said),
        None => (CheckStatus::Pass, said),
    };
    ChecklistItem { item: "risk categorised".to_owned(), status, evidence }
}

/// Every change that PostgreSQL cannot take back by itself fails the item; where it is not known whether there
/// is anything to take back, that is unknown.
fn rollback(input: &Input<'_>) -> ChecklistItem {
    let of = |status| {
        let each = input
            .changes
            .iter()
            .enumerate()
            .filter(move |(at, judged)| way_back(input, *at, judged) == status);
        each.map(|(_, judged)| judged.change.object().to_string()).collect::<Vec<_>>().join(", ")
    };
    let (lost, unknown) = (of(CheckStatus::Fail), of(CheckStatus::Unknown));
    let (status, evidence) = match (lost.is_empty(), unknown.is_empty()) {
        (false, _) => (
            CheckStatus::Fail,
            format!("a push cannot take back: {lost}; a plan keeps what goes until cleanup"),
        ),
        (true, false) => {
            (CheckStatus::Unknown, format!("not known whether a push could take back: {unknown}"))
        }
        (true, true) => {
            (CheckStatus::Pass, "every change has an inverse that restores schema and data".to_owned())
        }
    };
    ChecklistItem { item: "rollback considered".to_owned(), status, evidence }
}

/// Whether one change can be taken back with its data.
fn way_back(input: &Input<'_>, at: usize, judged: &Judged) -> CheckStatus {
    if judged.change.inverse().is_none() {
        return CheckStatus::Fail;
    }
    let loses = |asked: &&Precondition| matches!(asked.outcome, Outcome::Loses | Outcome::Changes);
    let asked: Vec<Option<bool>> = input.asked(at).filter(loses).map(Precondition::is_violated).collect();
    match () {
        () if asked.contains(&Some(true)) => CheckStatus::Fail,
        () if asked.contains(&None) => CheckStatus::Unknown,
        () if asked.is_empty() && crate::category::loses_data(judged) => CheckStatus::Fail,
        () => CheckStatus::Pass,
    }
}
