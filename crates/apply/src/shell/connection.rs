//! The run's sessions: opened, opened again where they were lost, and the run's row written.

use std::time::{Duration, Instant};

use connect::connect;
use model::{Direction, sql};

use super::{Sessions, Shell};
use crate::failure::Failure;
use crate::journal::Opening;
use crate::machine::Event;
use crate::session::send;
use crate::{busy, orphan};

/// How often a lost server is called.
const CALL_EVERY: Duration = Duration::from_millis(100);

impl Shell<'_, '_> {
    pub(super) async fn connect(&mut self) -> Event {
        let started = Instant::now();
        let patience = Duration::from_millis(self.options.reconnect_patience_ms);
        loop {
            match self.open_sessions().await {
                Ok(()) => return Event::Ok,
                Err(Failure::Lost(fault))
                    if started.elapsed() < patience && !self.options.stop.is_raised() =>
                {
                    self.fault = Some(fault);
                    tokio::time::sleep(CALL_EVERY).await;
                }
                Err(failure) => {
                    self.fault = Some(failure.into_fault());
                    return Event::Unreachable;
                }
            }
        }
    }

    async fn open_sessions(&mut self) -> Result<(), Failure> {
        let runner = match self.first.take() {
            Some(runner) => runner,
            None => {
                self.errand.progress.note("the connection was lost; connecting again");
                let runner = connect(self.errand.target, "lockkeeper").await.map_err(Failure::Lost)?;
                if let Some((pid, start)) = &self.former {
                    busy::end_former(&runner, *pid, start.as_deref()).await?;
                }
                busy::acquire(&runner).await?;
                runner
            }
        };
        self.former = Some((runner.server().backend_pid, runner.server().backend_start.clone()));
        let sessions = Sessions::open(self.errand.target, runner, &self.errand.run).await?;
        if self.options.rehearsal {
            // Steps that watch production for a while have nothing to watch in a rehearsal.
            send(&sessions.work, &sql!("SET lockkeeper.rehearsal = 'on'")).await?;
        }
        self.sessions = Some(sessions);
        Ok(())
    }

    /// Ends what earlier processes left and writes the run's row.
    pub(super) async fn take_over(&mut self) -> Result<(), Failure> {
        let sessions = self.sessions()?;
        let runner_pid = sessions.runner.server().backend_pid;
        let own = [runner_pid, sessions.work.server().backend_pid];
        orphan::end(&sessions.runner, &own, self.errand.progress).await?;
        let mut entries = Vec::new();
        if !self.is_open {
            entries.extend(self.errand.supersedes.as_deref().map(|other| self.entries.supersede(other)));
            entries.extend(self.errand.forgets.then(|| self.entries.forget_steps()));
        }
        entries.push(if self.is_open || self.errand.is_resumed {
            self.entries.resume(self.errand.goal, runner_pid)
        } else {
            self.entries.open(&self.opening(sessions), runner_pid)
        });
        send(&sessions.work, &model::Sql::join(entries, "; ")).await?;
        self.is_open = true;
        Ok(())
    }

    fn opening(&self, sessions: &Sessions) -> Opening<'_> {
        let plan = self.errand.plan;
        let (from, to) = match self.errand.direction {
            Direction::Forward => (&plan.from, &plan.to),
            Direction::Back => (&plan.to, &plan.from),
        };
        Opening {
            direction: self.errand.direction,
            goal: self.errand.goal,
            environment: &self.options.environment,
            rehearsal: self.options.rehearsal,
            approval: self.options.approve.as_ref(),
            approved_by: self.options.approved_by.as_deref(),
            unrehearsed: self.options.unrehearsed.as_deref(),
            server_version: sessions.server().version_num,
            from,
            to,
        }
    }
}
