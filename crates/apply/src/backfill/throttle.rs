//! When a backfill has to wait or to go slower, decided from what the server says of itself.

use connect::Session;
use model::{Literal, Name, Progress, bytes_text, ms_text, rows_text, sql};

use crate::failure::Failure;
use crate::pulse::Pulse;
use crate::session::{rows, text, value};

/// The replica lag that stops a backfill, in ms, unless `replica_lag_max_ms` is set.
const REPLICA_LAG_MAX_MS: f64 = 10_000.0;

/// A standby tells how far it is every ten seconds at least; only a longer silence is lag, in ms.
const SILENCE_USUAL_MS: u32 = 10_000;

/// The write-ahead log that may wait for the archive or for a replica that is away, in megabytes, unless
/// `wal_backlog_max_mb` is set.
const WAL_BACKLOG_MAX_MB: f64 = 4_096.0;

/// Dead rows for each live one from which on a backfill gives autovacuum time.
const DEAD_SHARE_MAX: f64 = 0.5;

/// Fewer dead rows than this are nobody's trouble.
const DEAD_ROWS_MIN: f64 = 10_000.0;

/// The state of everything that a backfill could harm.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Pressure {
    /// The lag of the slowest replica, in ms; none where there is no replica or it is not to be seen.
    pub(crate) replica_lag_ms: Option<f64>,
    /// Whether replicas are there whose lag this role may not see.
    pub(crate) is_lag_hidden: bool,
    /// Whether the archiver's last attempt failed.
    pub(crate) is_archive_failing: bool,
    /// The write-ahead log that is not archived yet, in bytes; none where nothing was ever archived.
    pub(crate) archive_backlog_bytes: Option<f64>,
    /// The write-ahead log kept for a replica that is away, in bytes; none where none is away.
    pub(crate) slot_backlog_bytes: Option<f64>,
    /// Whether autovacuum works on the table.
    pub(crate) is_vacuumed: bool,
    /// Whether autovacuum comes to this table at all.
    pub(crate) is_tended: bool,
    /// The dead rows of the table, as the server counts them.
    pub(crate) rows_dead: f64,
    /// Its living rows.
    pub(crate) rows_live: f64,
}

/// What to do before the next batch.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Advice {
    /// Go on.
    GoOn,
    /// Rest after each batch for half of its time, for this reason.
    Slow(String),
    /// Wait, for this reason.
    Wait(String),
}

/// The place of a segment of write-ahead log, in bytes, by its name.
const SEGMENT_PLACE: &str =
    "(('x' || pg_catalog.substr(name, 9, 8))::pg_catalog.bit(32)::pg_catalog.int8 * 4294967296
    + ('x' || pg_catalog.substr(name, 17, 8))::pg_catalog.bit(32)::pg_catalog.int8
      * pg_catalog.pg_size_bytes(pg_catalog.current_setting('wal_segment_size')))";

impl Pressure {
    /// Asks the server.
    pub(crate) async fn feel(runner: &Session, part: &Name) -> Result<Self, Failure> {
        let question = sql!(
            "SELECT r.lag, r.hidden, a.failing, a.backlog, s.backlog AS slots,
                EXISTS (SELECT FROM pg_catalog.pg_stat_progress_vacuum WHERE relid = c.oid) AS vacuumed,
                pg_catalog.current_setting('autovacuum')::boolean AND COALESCE(
                    (SELECT option_value::boolean FROM pg_catalog.pg_options_to_table(c.reloptions)
                     WHERE option_name = 'autovacuum_enabled'), true) AS tended,
                pg_catalog.pg_stat_get_dead_tuples(c.oid) AS dead, pg_catalog.pg_stat_get_live_tuples(c.oid) AS live
             FROM (SELECT 1000 * pg_catalog.max(GREATEST(pg_catalog.date_part('epoch', replay_lag),
                        CASE WHEN replay_lsn < pg_catalog.pg_current_wal_lsn()
                        THEN pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - reply_time) - {} / 1000.0 END)) AS lag,
                    pg_catalog.bool_or(state IS NULL) AS hidden
                   FROM pg_catalog.pg_stat_replication) AS r,
                (SELECT last_failed_time > COALESCE(last_archived_time, '-infinity') AS failing,
                    (SELECT {} FROM (SELECT pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()) AS name) AS now)
                    - CASE WHEN last_archived_wal ~ '^[0-9A-F]+$' AND pg_catalog.length(last_archived_wal) = 24 THEN
                        (SELECT {} FROM (SELECT last_archived_wal AS name) AS done) END AS backlog
                 FROM pg_catalog.pg_stat_archiver) AS a,
                (SELECT pg_catalog.max(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), restart_lsn)) AS backlog
                 FROM pg_catalog.pg_replication_slots WHERE NOT active) AS s
             LEFT JOIN pg_catalog.pg_class AS c ON c.oid = pg_catalog.to_regclass({})",
            SILENCE_USUAL_MS,
            model::Sql::verbatim(SEGMENT_PLACE),
            model::Sql::verbatim(SEGMENT_PLACE),
            Literal::new(part.to_string())
        );
        let found = rows(runner, &question).await?;
        let Some(row) = found.first() else { return Ok(Self::default()) };
        let is = |column| text(row, column) == Some("t");
        Ok(Self {
            replica_lag_ms: value(row, "lag"),
            is_lag_hidden: is("hidden"),
            is_archive_failing: is("failing"),
            archive_backlog_bytes: value(row, "backlog"),
            slot_backlog_bytes: value(row, "slots"),
            is_vacuumed: is("vacuumed"),
            is_tended: is("tended"),
            rows_dead: value(row, "dead").unwrap_or(0.0),
            rows_live: value(row, "live").unwrap_or(0.0),
        })
    }

    /// What follows from it. `stall_ms` is what the canaries felt above their baseline.
    pub(crate) fn advice(&self, pulse: &Pulse, stall_ms: f64, stall_budget_ms: f64) -> Advice {
        let wait = self.lag(pulse).or_else(|| self.archive(pulse)).or_else(|| self.slots(pulse));
        if let Some(reason) = wait {
            return Advice::Wait(reason);
        }
        if stall_ms > stall_budget_ms {
            return Advice::Wait(format!("the application waits {}", ms_text(stall_ms)));
        }
        if self.is_vacuumed {
            return Advice::Slow("autovacuum works on the table".to_owned());
        }
        // Where autovacuum never comes, to rest helps nobody.
        if self.is_tended && self.rows_dead > DEAD_ROWS_MIN.max(self.rows_live * DEAD_SHARE_MAX) {
            let (dead, live) = (rows_text(self.rows_dead), rows_text(self.rows_live));
            return Advice::Slow(format!("the table has {dead} dead rows beside {live} living ones"));
        }
        Advice::GoOn
    }

    fn lag(&self, pulse: &Pulse) -> Option<String> {
        let lag_max_ms = pulse.number("replica_lag_max_ms").unwrap_or(REPLICA_LAG_MAX_MS);
        let lag_ms = self.replica_lag_ms.filter(|lag_ms| *lag_ms > lag_max_ms)?;
        Some(format!("a replica is {} behind", ms_text(lag_ms)))
    }

    fn archive(&self, pulse: &Pulse) -> Option<String> {
        if pulse.settings.get("ignore_archive").map(String::as_str) == Some("yes") {
            return None;
        }
        if self.is_archive_failing {
            return Some("archiving WAL fails, and a backfill writes much of it".to_owned());
        }
        let bytes = self.archive_backlog_bytes.filter(|bytes| *bytes > backlog_max(pulse))?;
        Some(format!("archiving WAL is {} behind", bytes_text(bytes)))
    }

    fn slots(&self, pulse: &Pulse) -> Option<String> {
        let bytes = self.slot_backlog_bytes.filter(|bytes| *bytes > backlog_max(pulse))?;
        Some(format!("{} of WAL are kept for a replica that is away", bytes_text(bytes)))
    }

    /// Says what cannot be known, once.
    pub(crate) fn confess(&self, progress: &dyn Progress) {
        if self.is_lag_hidden {
            progress.note("replica lag is unknown: this role may not see it (GRANT pg_monitor)");
        }
    }
}

/// The write-ahead log that may wait for somebody, in bytes.
fn backlog_max(pulse: &Pulse) -> f64 {
    pulse.number("wal_backlog_max_mb").unwrap_or(WAL_BACKLOG_MAX_MB) * 1024.0 * 1024.0
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
        assert!(matches!(vacuumed.advice(&pulse, 0.0, 100.0), Advice::Slow(_)));
    }

    #[test]
    fn dead_rows_are_a_brake_where_somebody_removes_them() {
        let pulse = Pulse::default();
        let littered = Pressure { rows_dead: 60_000.0, rows_live: 100_000.0, ..Pressure::default() };
        assert_eq!(littered.advice(&pulse, 0.0, 100.0), Advice::GoOn);
        let tended = Pressure { is_tended: true, ..littered };
        assert!(matches!(tended.advice(&pulse, 0.0, 100.0), Advice::Slow(_)));
        let large = Pressure { rows_live: 200_000.0, ..tended.clone() };
        assert_eq!(large.advice(&pulse, 0.0, 100.0), Advice::GoOn);
        let small = Pressure { rows_dead: 9_000.0, rows_live: 1_000.0, ..tended };
        assert_eq!(small.advice(&pulse, 0.0, 100.0), Advice::GoOn);
    }

    #[test]
    fn settings_change_the_limits() {
        let mut pulse = Pulse::default();
        pulse.settings.insert("replica_lag_max_ms".into(), "500".into());
        pulse.settings.insert("ignore_archive".into(), "yes".into());
        pulse.settings.insert("wal_backlog_max_mb".into(), "10".into());
        let pressure =
            Pressure { replica_lag_ms: Some(501.0), is_archive_failing: true, ..Pressure::default() };
        assert!(matches!(pressure.advice(&pulse, 0.0, 100.0), Advice::Wait(_)));
        let pressure = Pressure { replica_lag_ms: Some(499.0), archive_backlog_bytes: Some(1e9), ..pressure };
        assert_eq!(pressure.advice(&pulse, 0.0, 100.0), Advice::GoOn);
        let away = Pressure { slot_backlog_bytes: Some(11e6), ..pressure };
        assert!(matches!(away.advice(&pulse, 0.0, 100.0), Advice::Wait(_)));
    }
}
