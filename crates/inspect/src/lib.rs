//! Asks a live database, read-only and bounded in time, what a change would meet in its data and traffic.
//!
//! Every question is one `SELECT` (below PostgreSQL 16 sometimes one `DO` block that writes nothing) in a
//! `READ ONLY` transaction with a `statement_timeout`. What could not be counted in time, or may not be
//! read, is unknown, with the reason; it is never taken for none.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod ask;
mod limits;
mod live;
mod question;
mod relation;

pub use limits::Limits;
pub use live::live;

use assess::Precondition;
use connect::Target;
use model::{Change, Fault, Progress, Schema};

/// Asks the live data everything that the changes from one schema to another depend on: rows that violate
/// a new constraint, values that do not convert or come out as others, rows and values that would be lost.
///
/// `changes` are those that `diff` found between the two; an answer names its change by its place there.
///
/// # Errors
/// `connect.…` when the database cannot be reached. A query that fails is an unknown answer, not an error.
pub async fn preconditions(
    target: &Target,
    from: &Schema,
    to: &Schema,
    changes: &[Change],
    limits: Limits,
    progress: &dyn Progress,
) -> Result<Vec<Precondition>, Fault> {
    let session = connect::connect(target, "lockkeeper check").await?;
    let major = session.server().major;
    let questions = question::questions(&question::Scene { from, to, changes, major });
    let mut asker = ask::Asker::new(session, limits);
    let mut answers = Vec::new();
    if !questions.is_empty() {
        progress.begin("asking the data", Some(questions.len() as u64));
        for (done, question) in questions.into_iter().enumerate() {
            progress.note(&question.object);
            answers.extend(asker.answer(question).await);
            progress.reached(done as u64 + 1);
        }
        progress.end("");
    }
    asker.close().await;
    Ok(answers)
}
