//! A plan as a person reviews it.

use std::fmt::Write as _;

use model::{Action, Plan, RelationLock, Sql, Step, Totals, bytes_text};

/// The text of `REVIEW.md`.
pub fn review(plan: &Plan) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_review(plan, &mut out);
    out
}

fn write_review(plan: &Plan, out: &mut String) -> std::fmt::Result {
    writeln!(out, "# Migration plan {}\n", plan.hash().short())?;
    writeln!(out, "Hash: `{}`\n", plan.hash())?;
    writeln!(
        out,
        "From schema `{}` to schema `{}`, PostgreSQL {}.\n",
        plan.from.short(),
        plan.to.short(),
        plan.server_major
    )?;
    let (before, after) = (&plan.risk_before, &plan.risk_after);
    writeln!(
        out,
        "Risk pushed directly: **{} ({:.0})**. Risk of this plan: **{} ({:.0})**, because:\n",
        before.level, before.score, after.level, after.score
    )?;
    for reason in &after.reasons {
        writeln!(out, "- {reason}")?;
    }
    writeln!(out, "\nAltogether: {}.\n", totals(&plan.totals))?;
    for line in &plan.totals.basis {
        writeln!(out, "- {line}")?;
    }
    writeln!(out, "\n## Changes\n\n| change | object | recipe | why |\n|---|---|---|---|")?;
    for change in &plan.changes {
        writeln!(out, "| {} | `{}` | {} | {} |", change.operation, change.object, change.recipe, change.why)?;
    }
    if !plan.notes.is_empty() {
        writeln!(out, "\n## Notes\n")?;
        for note in &plan.notes {
            writeln!(out, "- {note}")?;
        }
    }
    for phase in plan.phases() {
        writeln!(out, "\n## Phase: {phase}")?;
        for gate in plan.gates.iter().filter(|gate| gate.before == phase) {
            writeln!(out, "\n> **Gate**: {}", gate.waits_for)?;
        }
        for step in plan.steps_of(phase) {
            write_step(step, out)?;
        }
    }
    writeln!(
        out,
        "\n## Approval\n\nApprove exactly this plan with `lockkeeper apply PLAN --approve {}`.",
        plan.hash()
    )
}

fn write_step(step: &Step, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\n### {}: {}\n", step.id, step.title)?;
    code(out, &action_sql(&step.action))?;
    writeln!(out, "- Locks: {}", locks(&step.effect.locks))?;
    writeln!(out, "- Blocks: {}", blocks(step))?;
    writeln!(out, "- Predicted: {}: {}", step.predicted.ms.ms_text(), step.predicted.basis)?;
    writeln!(out, "- Done when: `{}`", step.probe)?;
    writeln!(out, "- Verified by: `{}`", step.verification)?;
    match &step.undo {
        Action::Nothing { why } => writeln!(out, "- Way back: nothing to do: {why}"),
        undo => {
            writeln!(out, "- Way back, locks: {}:\n", locks(&step.undo_locks))?;
            code(out, &action_sql(undo))
        }
    }
}

/// Locks for people: each with its relation, or `none`.
pub fn locks(locks: &[RelationLock]) -> String {
    let each: Vec<String> = locks.iter().map(|lock| format!("{} on {}", lock.mode, lock.relation)).collect();
    if each.is_empty() { "none".to_owned() } else { each.join(", ") }
}

fn code(out: &mut String, lines: &[String]) -> std::fmt::Result {
    writeln!(out, "```sql\n{}\n```\n", lines.join("\n"))
}

/// What a plan costs altogether, in words.
pub fn totals(totals: &Totals) -> String {
    let time = totals.ms.map_or("an unknown time".to_owned(), |ms| ms.ms_text());
    let bytes = |bytes: Option<u64>| bytes.map_or("unknown".to_owned(), |bytes| bytes_text(bytes as f64));
    let (disk, wal) = (bytes(totals.extra_disk_bytes), bytes(totals.wal_bytes));
    format!("{time} without the waits at gates, extra disk {disk}, write-ahead log {wal}")
}

/// What is held up while the step holds its locks, in words.
pub fn blocks(step: &Step) -> &'static str {
    match (step.blocks_reads, step.blocks_writes) {
        (true, _) => "readers and writers, for as long as the lock is held",
        (false, true) => "writers, for as long as the lock is held",
        (false, false) => "nobody",
    }
}

/// The statements of an action as text, one entry a statement, with its semicolon.
pub fn action_sql(action: &Action) -> Vec<String> {
    let line = |sql: &Sql| format!("{sql};");
    match action {
        Action::Transaction { sql } => sql.iter().map(line).collect(),
        Action::Concurrent { sql, .. } => vec![line(sql)],
        Action::Backfill(fill) => vec![
            format!("-- in batches of about {} ms, each a transaction of its own:", fill.batch_target_ms),
            format!(
                "{};",
                model::sql!(
                    "UPDATE {} SET {} WHERE ctid BETWEEN … AND … AND ({})",
                    fill.table,
                    fill.set,
                    fill.pending
                )
            ),
        ],
        Action::Copy(copying) => {
            let about = format!(
                "-- in batches of about {} ms, each a transaction of its own:",
                copying.batch_target_ms
            );
            let batch = format!("{}\n  WHERE ctid BETWEEN … AND …;", copying.insert);
            let begin = copying.begin.iter().map(line);
            begin.chain([about, batch]).chain(copying.end.iter().map(line)).collect()
        }
        Action::Nothing { why } => vec![format!("-- nothing: {why}")],
    }
}
