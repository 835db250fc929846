//! A run's receipt, before it is known how the run ends.

use connect::Session;
use jiff::Timestamp;
use model::{Direction, RunOutcome, RunReceipt};

use crate::goal::Limit;
use crate::options::ApplyOptions;
use crate::report::RunReport;
use crate::run::{Decided, Found, Way};

impl Way<'_> {
    /// The receipt of a run that begins and ends now.
    pub(crate) fn receipt(&self, found: &Found, runner: &Session, options: &ApplyOptions<'_>) -> RunReceipt {
        let (from, to) = match self.direction {
            Direction::Forward => (&self.plan.from, &self.plan.to),
            Direction::Back => (&self.plan.to, &self.plan.from),
        };
        let now = Timestamp::now();
        RunReceipt {
            run: new_run(),
            plan: found.hash.clone(),
            direction: self.direction,
            database: database(runner),
            environment: options.environment.clone(),
            server_version: runner.server().version_num,
            from: from.clone(),
            to: to.clone(),
            outcome: RunOutcome::Done,
            started_at: now,
            finished_at: Some(now),
            rehearsal: options.rehearsal,
            approved_by: options.approved_by.clone(),
            unrehearsed: options.unrehearsed.clone(),
        }
    }

    /// The report of a run that changed nothing, and so ends in the schema it found.
    pub(crate) fn nothing(
        &self,
        found: &Found,
        runner: &Session,
        options: &ApplyOptions<'_>,
        why: &str,
        decided: &Decided,
    ) -> RunReport {
        let message = match &decided.limit {
            Limit::Gate(gate) => {
                format!("{why}; waits for: {}, then go on with --until {}", gate.waits_for, gate.before)
            }
            _ => why.to_owned(),
        };
        let receipt = self.receipt(found, runner, options);
        let receipt = RunReceipt { from: found.live.clone(), to: found.live.clone(), ..receipt };
        RunReport::empty(receipt, message, decided.started)
    }
}

/// The database by its identity, without host and user.
fn database(session: &Session) -> String {
    let server = session.server();
    let system = server.system_identifier.as_deref().unwrap_or("unknown");
    format!("{system}/{}", server.database)
}

/// A new run's id: when it began, and four digits of chance.
pub(crate) fn new_run() -> String {
    let now = Timestamp::now().strftime("%Y%m%d-%H%M%S").to_string();
    format!("run-{now}-{:04x}", rand::random::<u16>())
}
