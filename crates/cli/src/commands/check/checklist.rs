//! What the checklist goes by: plans of exactly this change, what was said, the project's type check.

use std::path::{Path, PathBuf};
use std::time::Duration;

use assess::{Archive, Evidence, Said};
use codebase::Validators;
use ignore::WalkBuilder;
use model::{CheckStatus, Fingerprint};
use tokio::process::Command;

use crate::args::CheckArgs;
use crate::context::Context;
use crate::stages::Compared;
use crate::{evidence, planfolder};

/// How deep below the project's folder plans are looked for.
const DEPTH_MAX: usize = 5;
/// The longest a type check may take.
const TYPE_CHECK_MAX: Duration = Duration::from_secs(300);

pub(super) async fn evidence(
    context: &Context,
    args: &CheckArgs,
    compared: &Compared,
    archive: Option<&Archive>,
) -> Evidence {
    let plans = plans(&context.folder, &compared.from.fingerprint(), &compared.to.fingerprint());
    let folder = args.ask.code.as_deref().unwrap_or(&context.folder);
    Evidence {
        reviewed: best(&plans, reviewed),
        rehearsed: best(&plans, rehearsed),
        rollback: plans.first().map(way_back),
        backup: backup(args.backup.as_deref(), archive),
        types: if args.type_check { Some(type_check(folder).await) } else { None },
        validators: validators(&codebase::validators(folder, &[], &compared.from, &compared.to)),
    }
}

/// A plan whose schemas are those of the check.
struct Planned {
    folder: PathBuf,
    hash: Fingerprint,
    steps: usize,
}

fn plans(folder: &Path, from: &Fingerprint, to: &Fingerprint) -> Vec<Planned> {
    let walk = WalkBuilder::new(folder)
        .max_depth(Some(DEPTH_MAX))
        .standard_filters(false)
        .filter_entry(|entry| !matches!(entry.file_name().to_str(), Some("node_modules" | ".git" | "target")))
        .sort_by_file_name(std::ffi::OsStr::cmp)
        .build();
    let found = walk.flatten().filter(|entry| entry.file_name() == "plan.json");
    let planned = |entry: ignore::DirEntry| {
        let home = entry.path().parent()?.to_owned();
        // What is no plan, or one that was edited, is no evidence.
        let plan = planfolder::load(&home).ok()?.plan;
        let is_ours = plan.from == *from && plan.to == *to;
        is_ours.then(|| Planned { hash: plan.hash(), steps: plan.steps.len(), folder: home })
    };
    found.filter_map(planned).collect()
}

/// The best that is said of any of the plans.
fn best(plans: &[Planned], said: impl Fn(&Planned) -> Said) -> Option<Said> {
    let all: Vec<Said> = plans.iter().map(said).collect();
    let passed = all.iter().find(|said| said.status == CheckStatus::Pass);
    passed.or(all.first()).cloned()
}

fn reviewed(plan: &Planned) -> Said {
    let named = format!("plan {} in {}", plan.hash.short(), plan.folder.display());
    match evidence::approval(&plan.folder, &plan.hash) {
        Ok(Some(approval)) => {
            let name = approval.name.unwrap_or_else(|| "somebody".to_owned());
            let date = approval.date.map(|date| format!(" on {date}")).unwrap_or_default();
            Said::new(CheckStatus::Pass, format!("{named} was approved by {name}{date}"))
        }
        Ok(None) => {
            let how = "read its REVIEW.md and approve it in APPROVED.toml";
            Said::new(CheckStatus::Unknown, format!("{named} is not approved; {how}"))
        }
        Err(fault) => Said::new(CheckStatus::Fail, format!("{named}: {}", fault.what)),
    }
}

fn rehearsed(plan: &Planned) -> Said {
    let named = format!("plan {} in {}", plan.hash.short(), plan.folder.display());
    match evidence::rehearsal(&plan.folder, &plan.hash) {
        Ok(evidence) if !evidence.passed => {
            let first = evidence.rehearsal.problems.first().map_or("it did not arrive", String::as_str);
            Said::new(CheckStatus::Fail, format!("{named} did not pass its rehearsal: {first}"))
        }
        Ok(evidence) => {
            let version = evidence.rehearsal.server_version;
            let confidence = evidence.confidence;
            let (major, minor) = (version / 10_000, version % 10_000);
            let but = evidence.rehearsal.reservations().map(|said| format!("; {said}")).unwrap_or_default();
            let words = format!(
                "{named} passed its rehearsal on PostgreSQL {major}.{minor}, confidence {confidence:.0} of 100{but}"
            );
            Said::new(CheckStatus::Pass, words)
        }
        Err(fault) => {
            let how = format!("lockkeeper rehearse {}", plan.folder.display());
            Said::new(CheckStatus::Unknown, format!("{named}: {}; {how}", fault.what))
        }
    }
}

fn way_back(plan: &Planned) -> Said {
    let (hash, folder, steps) = (plan.hash.short(), plan.folder.display(), plan.steps);
    let words = format!(
        "plan {hash} in {folder} has an undo for each of its steps ({steps}), and keeps what it removes until cleanup"
    );
    Said::new(CheckStatus::Pass, words)
}

/// A backup is known of when somebody says so: archived WAL alone brings nothing back. Archiving that fails is
/// a gap in any.
fn backup(told: Option<&str>, archive: Option<&Archive>) -> Option<Said> {
    match (told, archive) {
        (told, Some(Archive { words, fails: true })) => {
            let told = told.map(|told| format!("; told: {told}")).unwrap_or_default();
            Some(Said::new(CheckStatus::Fail, format!("{words}{told}")))
        }
        (Some(told), _) => Some(Said::new(CheckStatus::Pass, format!("told: {told}"))),
        (None, Some(Archive { words, .. })) => {
            let words = format!("{words}; say where the backup is with --backup TEXT");
            Some(Said::new(CheckStatus::Unknown, words))
        }
        (None, None) => None,
    }
}

/// Validators that nobody could compare say nothing.
fn validators(found: &Validators) -> Option<Said> {
    let Validators { derived, compared, unknown, mismatches } = found;
    let rest = if *unknown == 0 { String::new() } else { format!("; not to be put to a table: {unknown}") };
    if let Some(first) = mismatches.first() {
        let words = format!("mismatches: {}, the first in {first}{rest}", mismatches.len());
        return Some(Said::new(CheckStatus::Fail, words));
    }
    let words =
        format!("derived by drizzle-zod: {derived}; written by hand and matching: {}{rest}", compared.len());
    match derived + compared.len() {
        0 if *unknown == 0 => None,
        0 => Some(Said::new(
            CheckStatus::Unknown,
            format!("no table is known for any of {unknown} Zod objects"),
        )),
        _ => Some(Said::new(CheckStatus::Pass, words)),
    }
}

/// Runs the type checker that the project has installed.
async fn type_check(folder: &Path) -> Said {
    let near = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let tsc = near.ancestors().map(|folder| folder.join("node_modules/.bin/tsc")).find(|tsc| tsc.is_file());
    let Some(tsc) = tsc else {
        return Said::new(CheckStatus::Unknown, "there is no tsc in node_modules: install the project first");
    };
    let mut command = Command::new(tsc);
    command.arg("--noEmit").current_dir(&near).kill_on_drop(true);
    match tokio::time::timeout(TYPE_CHECK_MAX, command.output()).await {
        Err(_) => Said::new(CheckStatus::Unknown, "tsc --noEmit did not end within 5 min"),
        Ok(Err(error)) => Said::new(CheckStatus::Unknown, format!("tsc could not be run: {error}")),
        Ok(Ok(output)) if output.status.success() => Said::new(CheckStatus::Pass, "tsc --noEmit passed"),
        Ok(Ok(output)) => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let errors = text.lines().filter(|line| line.contains("error TS")).count();
            let first = text.lines().find(|line| line.contains("error TS")).unwrap_or("no reason given");
            Said::new(CheckStatus::Fail, format!("tsc --noEmit reports errors: {errors}, the first {first}"))
        }
    }
}
