//! The attempt that is under way, and its receipt.

use std::time::Instant;

use model::StepReceipt;

use super::Shell;
use crate::attempt::{Attempt, is_table};
use crate::failure::Failure;
use crate::journal;
use crate::session::{ask, ms_since, send};
use crate::work;

impl Shell<'_, '_> {
    /// The attempt at this step, begun if there is none yet.
    pub(crate) async fn attempt(&mut self, at: usize) -> Result<Attempt, Failure> {
        if let Some(attempt) = self.attempt.take_if(|attempt| attempt.ordinal == at) {
            return Ok(attempt);
        }
        self.finish_attempt().await?;
        let step = &self.errand.plan.steps[at];
        let runner = &self.sessions()?.runner;
        let number = 1 + journal::attempts_of(runner, &self.errand.run, at).await?;
        let attempt = Attempt::begin(runner, at, number, step.table.as_ref()).await?;
        let total = attempt.total(work::action(step, self.errand.direction));
        self.errand.progress.begin(&step.title, total);
        let table = match &step.table {
            Some(table) if ask(runner, &is_table(table)).await? => Some(table),
            _ => None,
        };
        if let Some(meter) = &self.meter {
            meter.watch(table);
        }
        Ok(attempt)
    }

    /// Keeps an attempt for what follows.
    pub(crate) fn keep(&mut self, attempt: Attempt) {
        self.attempt = Some(attempt);
    }

    /// The attempt that was kept, if any.
    pub(crate) fn kept(&mut self) -> Option<&mut Attempt> {
        self.attempt.as_mut()
    }

    /// Completes the receipt of the attempt that was kept, and passes it on.
    pub(crate) async fn finish_attempt(&mut self) -> Result<(), Failure> {
        let Some(mut attempt) = self.attempt.take() else { return Ok(()) };
        if let Some(meter) = &self.meter {
            attempt.stalls = meter.take().await.above(self.baseline);
            meter.watch(None);
        }
        let receipt = attempt.receipt(self.errand.plan, &self.errand.run, self.errand.direction);
        let written = match self.sessions() {
            Ok(sessions) => send(&sessions.runner, &self.entries.attempt(&receipt)).await.map(drop),
            Err(failure) => Err(failure),
        };
        if let Err(failure) = written {
            self.attempt = Some(attempt);
            return Err(failure);
        }
        let step = &self.errand.plan.steps[attempt.ordinal];
        self.tally.add(&receipt, ms_since(self.mark), step.blocks_reads || step.blocks_writes);
        self.mark = Instant::now();
        self.errand.progress.end(&result_line(&receipt));
        (self.options.on_receipt)(&receipt);
        self.receipts.push(receipt);
        Ok(())
    }
}

/// `done in 12 ms` and the like.
fn result_line(receipt: &StepReceipt) -> String {
    let outcome = match receipt.outcome {
        model::StepOutcome::Done => "done",
        model::StepOutcome::AlreadyDone => "was done already",
        model::StepOutcome::Failed => "not done",
        model::StepOutcome::LockTimeout => "no lock",
    };
    format!("{outcome} in {}", model::ms_text(receipt.execution_ms))
}
