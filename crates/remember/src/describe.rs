//! Ledger entries in words: the texts that are searched and shown.

use model::{Direction, RunReceipt, StepReceipt, bytes_text, ms_text, rows_text};

use crate::{
    Body, Document, Entry, Lesson, Measures, Origin, Outcome, PredictionRecord, RehearsalRecord, State,
    TableName,
};

/// The document of an entry; none for entries that only serve statistics. `run` is the latest
/// receipt of the entry's run, where the ledger has one.
pub(crate) fn document_of(entry: &Entry, run: Option<&RunReceipt>) -> Option<Document> {
    let mut document = match &entry.body {
        Body::Run(receipt) => of_run(receipt),
        Body::Step(receipt) => of_step(&entry.id, receipt, run),
        Body::Rehearsal(rehearsal) => of_rehearsal(&entry.id, rehearsal),
        Body::Lesson(lesson) => of_lesson(lesson),
        Body::Prediction(_) => return None,
    };
    document.entry.clone_from(&entry.id);
    document.happened_at = entry.happened_at;
    Some(document)
}

/// An entry as a document for lists, which show predictions too.
pub(crate) fn listed(entry: &Entry) -> Document {
    match (&entry.body, document_of(entry, None)) {
        (_, Some(document)) => document,
        (Body::Prediction(prediction), None) => of_prediction(&entry.id, prediction),
        (_, None) => blank(entry.id.clone(), entry.body.kind().name(), entry.happened_at),
    }
}

fn of_prediction(id: &str, prediction: &PredictionRecord) -> Document {
    let (ms, hold) = (&prediction.predicted.ms, &prediction.predicted.lock_hold_ms);
    let text = format!(
        "Step {} should take {} ({} to {}) and hold its lock for {}: {}.",
        prediction.ordinal,
        ms_text(ms.p50),
        ms_text(ms.p10),
        ms_text(ms.p90),
        ms_text(hold.p50),
        prediction.predicted.basis,
    );
    Document {
        operation: Some(prediction.operation.name().to_owned()),
        recipe: Some(prediction.recipe.clone()),
        table: prediction.table.clone(),
        run: Some(prediction.run.clone()),
        measures: Measures {
            rows: prediction.rows,
            total_bytes: prediction.total_bytes,
            ms: Some(ms.p50),
            lock_hold_ms: Some(hold.p50),
            ..Measures::default()
        },
        text,
        ..blank(id.to_owned(), "prediction", prediction.predicted_at)
    }
}

fn blank(key: String, kind: &str, at: jiff::Timestamp) -> Document {
    Document {
        key,
        entry: String::new(),
        kind: kind.to_owned(),
        operation: None,
        recipe: None,
        table: None,
        outcome: None,
        environment: None,
        server_major: None,
        run: None,
        rehearsal: false,
        claimed: false,
        counts: None,
        remarks: Vec::new(),
        measures: Measures::default(),
        happened_at: at,
        text: String::new(),
    }
}

fn of_run(run: &RunReceipt) -> Document {
    let way = way_text(run.direction);
    let outcome = Outcome::from(run.outcome);
    let ms = run.finished_at.map(|end| end.duration_since(run.started_at).as_millis_f64());
    let took = ms.map(|ms| format!(" after {}", ms_text(ms))).unwrap_or_default();
    let place = if run.rehearsal { "a throwaway server" } else { &run.environment };
    let text = format!("{way} run of plan {} in {place}: {outcome}{took}.", run.plan.short());
    Document {
        outcome: Some(outcome),
        environment: Some(run.environment.clone()),
        server_major: Some(run.server_version / 10_000),
        run: Some(run.run.clone()),
        rehearsal: run.rehearsal,
        measures: Measures { ms, ..Measures::default() },
        text,
        ..blank(format!("run:{}", run.run), "run", run.started_at)
    }
}

fn of_step(id: &str, step: &StepReceipt, run: Option<&RunReceipt>) -> Document {
    Document {
        operation: Some(step.operation.name().to_owned()),
        recipe: Some(step.recipe.clone()),
        table: step.table.as_ref().map(TableName::from),
        outcome: Some(step.outcome.into()),
        environment: run.map(|run| run.environment.clone()),
        server_major: run.map(|run| run.server_version / 10_000),
        run: Some(step.run.clone()),
        rehearsal: run.is_some_and(|run| run.rehearsal),
        measures: measures_of(step),
        text: step_text(step, run),
        ..blank(id.to_owned(), "step", step.started_at)
    }
}

fn measures_of(step: &StepReceipt) -> Measures {
    let stalls = [step.stall_read_ms, step.stall_write_ms];
    Measures {
        rows: step.rows,
        heap_bytes: step.heap_bytes,
        index_bytes: step.index_bytes,
        total_bytes: step.total_bytes,
        ms: Some(step.execution_ms),
        lock_hold_ms: Some(step.lock_hold_ms),
        lock_wait_ms: Some(step.lock_wait_ms),
        stall_ms: stalls.into_iter().flatten().reduce(f64::max),
    }
}

fn of_lesson(lesson: &Lesson) -> Document {
    let remedy = lesson.remedy.as_ref().map(|remedy| format!(" Remedy: {remedy}.")).unwrap_or_default();
    let conditions = &lesson.conditions;
    Document {
        operation: conditions.operation.clone(),
        recipe: conditions.recipe.clone(),
        table: conditions.table.clone(),
        outcome: lesson.outcome,
        environment: lesson.environment.clone(),
        claimed: lesson.origin == Origin::Person,
        counts: lesson.counts(),
        remarks: remarks(lesson),
        measures: Measures { rows: lesson.rows, ..Measures::default() },
        text: format!("{}{remedy}", lesson.text),
        ..blank(lesson.lesson.clone(), &lesson.kind, lesson.learned_at)
    }
}

fn remarks(lesson: &Lesson) -> Vec<String> {
    let mut remarks: Vec<String> =
        lesson.contradicts.iter().map(|other| format!("contradicted by {other}")).collect();
    if lesson.state == State::Candidate {
        let runs = lesson.for_runs.len();
        remarks.push(format!("a candidate: {runs} of three runs say so"));
    }
    remarks.extend(lesson.valid_until.map(|end| format!("valid until {}", end.strftime("%Y-%m-%d"))));
    remarks
}

fn of_rehearsal(id: &str, rehearsal: &RehearsalRecord) -> Document {
    let undone = rehearsal.phases.iter().filter(|phase| phase.undone == Some(true)).count();
    let failed = rehearsal.phases.iter().any(|phase| phase.undone == Some(false));
    let outcome = if failed || rehearsal.data_equal == Some(false) { Outcome::Failed } else { Outcome::Done };
    let rows = rehearsal.rows.map(|rows| format!(" at {} rows", rows_text(rows))).unwrap_or_default();
    let data = match rehearsal.data_equal {
        Some(true) => "every row the same after the way back",
        Some(false) => "rows differ after the way back",
        None => "rows not compared",
    };
    let text = format!(
        "Rehearsal of plan {}{rows}: {undone} of {} phases undone, {data}.",
        rehearsal.plan.short(),
        rehearsal.phases.len(),
    );
    Document {
        outcome: Some(outcome),
        server_major: Some(rehearsal.server_version / 10_000),
        run: Some(rehearsal.run.clone()),
        rehearsal: true,
        measures: Measures { rows: rehearsal.rows, ..Measures::default() },
        text,
        ..blank(id.to_owned(), "rehearsal", rehearsal.rehearsed_at)
    }
}

fn way_text(direction: Direction) -> &'static str {
    match direction {
        Direction::Forward => "Forward",
        Direction::Back => "Rollback",
    }
}

/// One attempt in a few sentences: what, on what, how it went, what it cost whom.
fn step_text(step: &StepReceipt, run: Option<&RunReceipt>) -> String {
    let mut parts = vec![subject(step), ending(step), cost(step)];
    if let Some(stall) = measures_of(step).stall_ms.filter(|stall| *stall >= 1.0) {
        parts.push(format!("the application stalled for {} at worst", ms_text(stall)));
    }
    if let Some(age) = step.longest_transaction_ms.filter(|age| *age >= 1_000.0) {
        parts.push(format!("the longest other transaction was {} old", ms_text(age)));
    }
    if let Some(run) = run {
        let place = if run.rehearsal { "a throwaway server" } else { &run.environment };
        parts.push(format!("in {place} on PostgreSQL {}", run.server_version / 10_000));
    }
    format!("{}.", parts.join("; "))
}

fn subject(step: &StepReceipt) -> String {
    let undo = if step.direction == Direction::Back { "rollback of " } else { "" };
    let words = step.operation.name().to_lowercase().replace('_', " ");
    let table = step.table.as_ref().map(|table| format!(" on {table}")).unwrap_or_default();
    let mut size = Vec::new();
    size.extend(step.rows.filter(|rows| *rows >= 0.0).map(|rows| format!("{} rows", rows_text(rows))));
    size.extend(step.total_bytes.map(|bytes| bytes_text(bytes as f64)));
    let size = if size.is_empty() { String::new() } else { format!(" ({})", size.join(", ")) };
    format!("{undo}{words}{table}{size} by {}, phase {}", step.recipe, step.phase)
}

fn ending(step: &StepReceipt) -> String {
    let state = step.sqlstate.as_deref().map(sqlstate_text).unwrap_or_default();
    match Outcome::from(step.outcome) {
        Outcome::Failed => format!("it failed{state}"),
        Outcome::LockTimeout => format!("the lock was not to be had in time{state}"),
        Outcome::AlreadyDone => "an earlier attempt had done it".to_owned(),
        _ if step.verified == Some(false) => "done, but its verification said no".to_owned(),
        _ => "done".to_owned(),
    }
}

fn cost(step: &StepReceipt) -> String {
    let mut text = format!("took {}", ms_text(step.execution_ms));
    if step.lock_hold_ms > 0.0 {
        text.push_str(&format!(", held its lock for {}", ms_text(step.lock_hold_ms)));
    }
    if step.lock_tries > 1 {
        text.push_str(&format!(", waited {} over {} tries", ms_text(step.lock_wait_ms), step.lock_tries));
    } else if step.lock_wait_ms >= 1.0 {
        text.push_str(&format!(", waited {} for it", ms_text(step.lock_wait_ms)));
    }
    if step.batches > 0 {
        text.push_str(&format!(", {} rows in {} batches", step.rows_filled, step.batches));
    }
    text
}

/// ` with 23514 (check violation)`; the code alone where it has no everyday words.
fn sqlstate_text(code: &str) -> String {
    match sqlstate_words(code) {
        Some(words) => format!(" with {code} ({words})"),
        None => format!(" with {code}"),
    }
}

/// What the SQLSTATEs that a migration meets mean, in the words of PostgreSQL's appendix A.
pub(crate) fn sqlstate_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "22001" => "string data right truncation, value too long",
        "22003" => "numeric value out of range",
        "22P02" => "invalid text representation",
        "23502" => "not null violation",
        "23503" => "foreign key violation",
        "23505" => "unique violation, duplicate key",
        "23514" => "check violation",
        "23P01" => "exclusion violation",
        "25P02" => "in failed transaction",
        "40001" => "serialization failure",
        "40P01" => "deadlock detected",
        "42501" => "insufficient privilege, permission denied",
        "42701" => "duplicate column",
        "42703" => "undefined column",
        "42710" => "duplicate object",
        "42804" => "datatype mismatch",
        "42P01" => "undefined table",
        "42P07" => "duplicate table",
        "2BP01" => "dependent objects still exist",
        "53100" => "disk full",
        "53200" => "out of memory",
        "53300" => "too many connections",
        "55006" => "object in use",
        "55P03" => "lock not available",
        "57014" => "query canceled, timeout",
        "57P01" => "server shutdown",
        "08006" => "connection failure",
        _ => return None,
    })
}
