//! When a backfill has to wait or to go slower, decided from what the server says of itself.

use connect::Session;
use model::{Literal, Name, Progress, ms_text, sql};

use crate::failure::Failure;
use crate::pulse::Pulse;
use crate::session::{rows, text, value};

/// The replica lag that stops a backfill, in ms, unless `replica_lag_max_ms` is set.
const REPLICA_LAG_MAX_MS: f64 = 10_000.0;

/// The state of everything that a backfill could harm.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pressure {
    /// The lag of the slowest replica, in ms; none where there is no replica or it is not to be seen.
    pub(crate) replica_lag_ms: Option<f64>,
    /// Whether replicas are there whose lag this role may not see.
    pub(crate) is_lag_hidden: bool,
    /// Whether the archiver's last attempt failed.
    pub(crate) is_archive_failing: bool,
    /// Whether autovacuum works on the table.
    pub(crate) is_vacuumed: bool,
}

/// What to do before the next batch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Advice {
    /// Go on.
    GoOn,
    /// Rest for half of the last batch's time.
    Slow,
    /// Wait, for this reason.
    Wait(String),
}

impl Pressure {
    /// Asks the server.
    pub(crate) async fn feel(runner: &Session, part: &Name) -> Result<Self, Failure> {
        let question = sql!(
            "SELECT (SELECT 1000 * pg_catalog.max(pg_catalog.date_part('epoch', replay_lag)) FROM pg_catalog.pg_stat_replication) AS lag,
                (SELECT pg_catalog.bool_or(state IS NULL) FROM pg_catalog.pg_stat_replication) AS hidden,
                (SELECT last_failed_time > COALESCE(last_archived_time, '-infinity') FROM pg_catalog.pg_stat_archiver) AS failing,
                EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum WHERE relid = pg_catalog.to_regclass({})) AS vacuumed",
            Literal::new(part.to_string())
        );
        let found = rows(runner, &question).await?;
        let Some(row) = found.first() else { return Ok(Self::default()) };
        let is = |column| text(row, column) == Some("t");
        Ok(Self {
            replica_lag_ms: value(row, "lag"),
            is_lag_hidden: is("hidden"),
            is_archive_failing: is("failing"),
            is_vacuumed: is("vacuumed"),
        })
    }

    /// What follows from it. `stall_ms` is what the canaries felt above their baseline.
    pub(crate) fn advice(&self, pulse: &Pulse, stall_ms: f64, stall_budget_ms: f64) -> Advice {
        let lag_max_ms = pulse.number("replica_lag_max_ms").unwrap_or(REPLICA_LAG_MAX_MS);
        if let Some(lag_ms) = self.replica_lag_ms.filter(|lag_ms| *lag_ms > lag_max_ms) {
            return Advice::Wait(format!("a replica is {} behind", ms_text(lag_ms)));
        }
        if self.is_archive_failing && pulse.settings.get("ignore_archive").map(String::as_str) != Some("yes")
        {
            return Advice::Wait("archiving WAL fails, and a backfill writes much of it".to_owned());
        }
        if stall_ms > stall_budget_ms {
            return Advice::Wait(format!("the application waits {}", ms_text(stall_ms)));
        }
        if self.is_vacuumed { Advice::Slow } else { Advice::GoOn }
    }

    /// Says what cannot be known, once.
    pub(crate) fn confess(&self, progress: &dyn Progress) {
        if self.is_lag_hidden {
            progress.note("replica lag is unknown: this role may not see it (GRANT pg_monitor)");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_a_hard_stop_and_vacuum_a_brake() {
        let pulse = Pulse::default();
        let calm = Pressure::default();
        assert_eq!(calm.advice(&pulse, 20.0, 100.0), Advice::GoOn);
        assert!(matches!(calm.advice(&pulse, 120.0, 100.0), Advice::Wait(_)));
        let lagging = Pressure { replica_lag_ms: Some(10_001.0), ..calm.clone() };
        assert!(matches!(lagging.advice(&pulse, 0.0, 100.0), Advice::Wait(_)));
        let vacuumed = Pressure { is_vacuumed: true, ..calm };
        assert_eq!(vacuumed.advice(&pulse, 0.0, 100.0), Advice::Slow);
    }

    #[test]
    fn settings_change_the_limits() {
        let mut pulse = Pulse::default();
        pulse.settings.insert("replica_lag_max_ms".into(), "500".into());
        pulse.settings.insert("ignore_archive".into(), "yes".into());
        let pressure =
            Pressure { replica_lag_ms: Some(501.0), is_archive_failing: true, ..Pressure::default() };
        assert!(matches!(pressure.advice(&pulse, 0.0, 100.0), Advice::Wait(_)));
        let pressure = Pressure { replica_lag_ms: Some(499.0), ..pressure };
        assert_eq!(pressure.advice(&pulse, 0.0, 100.0), Advice::GoOn);
    }
}
