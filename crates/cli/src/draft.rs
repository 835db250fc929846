//! Entries for the changelog and the decisions of the user's own project, drafted from a plan.
//!
//! They lie in the plan's folder: a person reads them, changes them, and moves them where they belong.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use model::{Fault, Operation, Plan};

/// The draft of an entry for CHANGELOG.md.
const CHANGELOG: &str = "CHANGELOG-entry.md";

/// The draft of an entry for DECISIONS.md.
const DECISION: &str = "DECISIONS-entry.md";

/// Which drafts are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// An entry for the changelog.
    pub changelog: bool,
    /// An entry for the decisions.
    pub decision: bool,
}

/// Writes the drafts into the plan's folder, and says where.
///
/// # Errors
/// `plan.folder` when one cannot be written.
pub fn write(folder: &Path, plan: &Plan, wanted: Wanted) -> Result<Vec<PathBuf>, Fault> {
    let drafts =
        [(wanted.changelog, CHANGELOG, changelog(plan)), (wanted.decision, DECISION, decision(plan))];
    let mut written = Vec::new();
    for (_, name, text) in drafts.into_iter().filter(|(is_wanted, ..)| *is_wanted) {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| {
            Fault::new("plan.folder", "a draft could not be written")
                .at(path.display().to_string())
                .cause(error)
        })?;
        written.push(path);
    }
    Ok(written)
}

fn today() -> String {
    Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// An entry as <https://keepachangelog.com> has them.
fn changelog(plan: &Plan) -> String {
    let mut out = format!("## Database, {} (plan {})\n", today(), plan.hash().short());
    for kind in [Kind::Added, Kind::Changed, Kind::Removed] {
        let of_kind = plan.changes.iter().filter(|change| Kind::of(change.operation) == kind);
        let lines: Vec<String> =
            of_kind.map(|change| format!("- `{}`: {}", change.object, words(change.operation))).collect();
        if !lines.is_empty() {
            // Writing to a String cannot fail.
            let _ = write!(out, "\n### {}\n\n{}\n", kind.heading(), lines.join("\n"));
        }
    }
    for gate in &plan.gates {
        let _ = write!(out, "\nBefore the {} phase: {}.\n", gate.before, gate.waits_for);
    }
    out
}

fn decision(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_decision(plan, &mut out);
    out
}

fn write_decision(plan: &Plan, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# {} ({})\n", title(plan), today())?;
    writeln!(out, "Status: proposed, as migration plan `{}`.\n", plan.hash())?;
    writeln!(out, "## Context\n\nTODO: why the schema has to change.\n")?;
    let (before, after) = (&plan.risk_before, &plan.risk_after);
    writeln!(
        out,
        "Pushed directly the change would be {} ({:.0} of 100). By this plan it is {} ({:.0}):\n",
        before.level, before.score, after.level, after.score
    )?;
    for reason in &after.reasons {
        writeln!(out, "- {reason}")?;
    }
    writeln!(out, "\n## Decision\n")?;
    for change in &plan.changes {
        writeln!(out, "- `{}`, {}: {}", change.object, words(change.operation), change.why)?;
    }
    let phases: Vec<&str> = plan.phases().into_iter().map(model::PhaseName::name).collect();
    writeln!(out, "\nIn the phases {}; {}.", phases.join(", "), ::plan::review::totals(&plan.totals))?;
    writeln!(out, "\n## Consequences\n")?;
    for gate in &plan.gates {
        writeln!(out, "- Before {}: {}", gate.before, gate.waits_for)?;
    }
    for note in &plan.notes {
        writeln!(out, "- {note}")?;
    }
    writeln!(out, "- The way back is `lockkeeper rollback`, without copying data, until cleanup.")
}

fn title(plan: &Plan) -> String {
    match &plan.changes[..] {
        [] => "No change".to_owned(),
        [only] => format!("{}: {}", only.object, words(only.operation)),
        [first, others @ ..] => {
            format!("{}: {}, and {} more changes", first.object, words(first.operation), others.len())
        }
    }
}

/// `ADD_COLUMN_NOT_NULL` as `add column not null`.
fn words(operation: Operation) -> String {
    operation.name().replace('_', " ").to_lowercase()
}

/// Under which heading of a changelog a change stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Added,
    Changed,
    Removed,
}

impl Kind {
    fn of(operation: Operation) -> Self {
        let name = operation.name();
        match name.split('_').next() {
            Some("CREATE" | "ADD") => Self::Added,
            // What no longer restricts is a change, what is gone is removed.
            Some("DROP") if !["DROP_NOT_NULL", "DROP_DEFAULT"].contains(&name) => Self::Removed,
            _ => Self::Changed,
        }
    }

    const fn heading(self) -> &'static str {
        match self {
            Self::Added => "Added",
            Self::Changed => "Changed",
            Self::Removed => "Removed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_stand_under_their_heading() {
        assert_eq!(Kind::of(Operation::AddColumn), Kind::Added);
        assert_eq!(Kind::of(Operation::DropColumn), Kind::Removed);
        assert_eq!(Kind::of(Operation::DropNotNull), Kind::Changed);
        assert_eq!(Kind::of(Operation::AlterColumnType), Kind::Changed);
        assert_eq!(words(Operation::AddColumnNotNullWithDefault), "add column not null with default");
    }
}
