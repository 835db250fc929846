//! A transaction block of a file: run as it stands, then statement by statement where locks hid others.

use model::Fault;

use crate::catalog::command;
use crate::text::{self, Control};
use crate::tracer::{Observation, STDIN, Tracer, not_run};

const HELD: &str = "locks that its transaction held before hide which of them it takes again";
const OPEN: &str = "its transaction is not ended in this file, and was rolled back";

/// Runs the statements of a block, its `BEGIN` first. The server decides what fails; a block that
/// commits is run a second time, a transaction for each statement, where a lock held since an earlier
/// statement hides whether a later one takes it too.
pub(crate) async fn run(tracer: &mut Tracer, block: &[&str]) -> Result<Vec<Observation>, Fault> {
    let empty = tracer.empty.clone();
    let (mut seen, failed) = through(tracer, block).await?;
    let last = block.last().and_then(|sql| text::control(sql));
    let commits = last == Some(Control::Commit);
    let hidden = seen.iter().any(|observation| observation.hidden);
    let ends = commits || last == Some(Control::Rollback);
    if !ends || failed || !commits || !hidden || !can_part(block) {
        note_hidden(&mut seen);
        let end = if ends { block.last().copied().unwrap_or("ROLLBACK") } else { "ROLLBACK" };
        let ended = tracer.bare(end).await?;
        if failed || last != Some(Control::Commit) || ended.error.is_some() {
            tracer.empty = empty;
        }
        finish(&mut seen, ended, ends);
        return Ok(seen);
    }
    let checked = tracer.bare("SET CONSTRAINTS ALL IMMEDIATE").await?;
    command(&tracer.session, "ROLLBACK").await?;
    tracer.empty = empty;
    if checked.error.is_some() {
        note_hidden(&mut seen);
        finish(&mut seen, checked, true);
        return Ok(seen);
    }
    part(tracer, block, &mut seen).await?;
    finish(&mut seen, Observation::default(), true);
    Ok(seen)
}

/// The answer to the block's last statement; a block without an end says so at its beginning.
fn finish(seen: &mut Vec<Observation>, ended: Observation, ends: bool) {
    if ends {
        seen.push(ended);
    } else if let Some(first) = seen.first_mut() {
        first.unknown.push(OPEN.to_owned());
    }
}

fn note_hidden(seen: &mut [Observation]) {
    for observation in seen.iter_mut().filter(|observation| observation.hidden) {
        observation.unknown.push(HELD.to_owned());
    }
}

/// Whether each statement means the same in a transaction of its own.
fn can_part(block: &[&str]) -> bool {
    let is_bound = |sql: &&str| text::control(sql) == Some(Control::Savepoint);
    !block.iter().any(|sql| is_bound(sql) || sql.to_lowercase().contains("on commit"))
        && block.last().is_none_or(|sql| !sql.to_lowercase().contains("prepare"))
}

/// Runs the block but its end; tells whether the transaction is aborted then.
async fn through(tracer: &mut Tracer, block: &[&str]) -> Result<(Vec<Observation>, bool), Fault> {
    let mut seen = Vec::new();
    let mut aborted = false;
    for sql in block {
        let control = text::control(sql);
        if matches!(control, Some(Control::Commit | Control::Rollback)) {
            break;
        }
        let observation = match control {
            None if text::reads_stdin(sql) => not_run(STDIN),
            None if !aborted => tracer.in_block(sql).await?,
            _ => tracer.bare(sql).await?,
        };
        aborted = match control {
            Some(Control::Savepoint) => observation.error.is_some(),
            _ => aborted || observation.error.is_some(),
        };
        seen.push(observation);
    }
    Ok((seen, aborted))
}

/// Runs each statement again in a transaction of its own, kept, and takes the locks from there.
async fn part(tracer: &mut Tracer, block: &[&str], seen: &mut [Observation]) -> Result<(), Fault> {
    let begin = block.first().copied().unwrap_or("BEGIN");
    let mut context: Vec<&str> = Vec::new();
    for (sql, known) in block.iter().zip(seen).skip(1) {
        let control = text::control(sql);
        if control == Some(Control::SetLocal) {
            context.push(sql);
            continue;
        }
        if text::reads_stdin(sql) {
            continue;
        }
        command(&tracer.session, begin).await?;
        for set in &context {
            tracer.bare(set).await?;
        }
        let again = match control {
            None => tracer.in_block(sql).await?,
            Some(_) => tracer.bare(sql).await?,
        };
        if let Some(error) = again.error {
            command(&tracer.session, "ROLLBACK").await?;
            return Err(Fault::new("trace.block", "a transaction cannot be measured statement by statement")
                .at((*sql).to_owned())
                .cause(error.message)
                .help("trace the file without BEGIN and COMMIT"));
        }
        command(&tracer.session, "COMMIT").await?;
        if control.is_none() {
            known.effect.locks = again.effect.locks;
        }
    }
    Ok(())
}
