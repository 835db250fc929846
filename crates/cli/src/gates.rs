//! What has to be true before a plan is carried out in its environment.

use std::path::Path;

use model::{Fault, Fingerprint};

use crate::config::Kind;
use crate::environments::Place;
use crate::evidence::{self, Approval};

/// What a person said on the command line.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// The hash that is approved, or its beginning.
    pub approve: Option<&'a str>,
    /// Why the plan goes without a rehearsal.
    pub unrehearsed: Option<&'a str>,
    /// Nothing will be sent.
    pub dry_run: bool,
}

/// What let a plan through.
#[derive(Debug, Clone, Default)]
pub struct Passed {
    /// Its approval.
    pub approval: Option<Approval>,
    /// Why it goes without a rehearsal, where one was asked for.
    pub unrehearsed: Option<String>,
    /// What is worth telling: what is missing, or would be in production.
    pub notes: Vec<String>,
}

/// Whether the plan may be carried out there. A dry run may always, and is told what would be missing.
///
/// # Errors
/// The gates `plan.approval` and `plan.unrehearsed`. A hash that is not the plan's is always refused.
pub fn pass(folder: &Path, plan: &Fingerprint, place: &Place, said: &Said<'_>) -> Result<Passed, Fault> {
    let mut passed = Passed::default();
    let approval = approval(folder, plan, said, place.approval)?;
    let rehearsed = evidence::rehearsed(folder, plan);
    if approval.is_none() && place.approval {
        let fault = unapproved(folder, plan, place);
        if !said.dry_run {
            return Err(fault);
        }
        passed.notes.push(format!("would be refused: {}", fault.what));
    }
    passed.approval = approval;
    match (rehearsed, said.unrehearsed.map(str::trim)) {
        (Ok(_), _) => {}
        (Err(_), Some("")) => {
            return Err(Fault::gate("plan.unrehearsed", "--unrehearsed wants a reason, which is recorded")
                .help("say why the plan goes without a rehearsal"));
        }
        (Err(_), Some(reason)) => passed.unrehearsed = Some(reason.to_owned()),
        (Err(fault), None) if place.rehearsal && !said.dry_run => {
            let mut fault = fault;
            fault.what = format!("{}, and {} asks for it", fault.what, place.environment);
            return Err(fault);
        }
        (Err(fault), None) if place.rehearsal => {
            passed.notes.push(format!("would be refused: {}", fault.what))
        }
        (Err(fault), None) => passed.notes.push(fault.what),
    }
    if place.kind == Kind::Local && (!passed.notes.is_empty() || passed.approval.is_none()) {
        let missing = if passed.approval.is_none() {
            "an approval and a passed rehearsal"
        } else {
            "a passed rehearsal"
        };
        passed.notes.push(format!(
            "{} is local ({}): production would ask for {missing}",
            place.environment, place.because
        ));
    }
    Ok(passed)
}

fn approval(
    folder: &Path,
    plan: &Fingerprint,
    said: &Said<'_>,
    is_needed: bool,
) -> Result<Option<Approval>, Fault> {
    match said.approve {
        Some(text) if evidence::names(plan, text) => {
            Ok(Some(Approval { hash: plan.clone(), name: None, date: None }))
        }
        Some(_) => Err(Fault::gate("plan.approval", "the approval names another plan")
            .at(folder.display().to_string())
            .help(format!(
                "this plan's hash is {plan}: review {} again, and approve that hash",
                folder.join("REVIEW.md").display()
            ))),
        // Where nobody asks for one, an approval of another plan does not matter.
        None if is_needed => evidence::approval(folder, plan),
        None => Ok(evidence::approval(folder, plan).ok().flatten()),
    }
}

fn unapproved(folder: &Path, plan: &Fingerprint, place: &Place) -> Fault {
    let what = format!("{} takes only approved plans ({})", place.environment, place.because);
    Fault::gate("plan.approval", what).at(folder.display().to_string()).help(format!(
        "review {}, then say --approve {}, or put an APPROVED.toml beside it: hash = \"{plan}\", name = \"…\", date = \"…\"",
        folder.join("REVIEW.md").display(),
        plan.short()
    ))
}
