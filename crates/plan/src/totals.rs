//! What all steps cost together: time, disk, write-ahead log; and what that means for replicas and slots.

use model::{Action, Interval, Statistics, Step, TableStatistics, Totals, bytes_text, ms_text};

use crate::Input;

/// The log of a step that only writes catalog entries, in bytes.
const CATALOG_WAL_BYTES: f64 = 16_384.0;

/// The log of a backfill beside the heap it updates (measured: 3 to 3.5 times, with full pages).
const FILL_WAL_FACTOR: f64 = 3.25;

/// The log of a copy beside the heap it copies: each row once, with the pages' headers and records.
const COPY_WAL_FACTOR: f64 = 1.25;

/// An index entry with its share of the pages, where there is no other index to judge by, in bytes.
const INDEX_ROW_BYTES: f64 = 40.0;

/// Disk and log of one step, in bytes.
#[derive(Debug, Clone, Copy, Default)]
struct Volume {
    disk: f64,
    wal: f64,
}

/// The totals of these steps.
pub(crate) fn of(input: &Input<'_>, steps: &[Step]) -> Totals {
    let (mut disk, mut wal, mut basis) = (Some(0.0), Some(0.0), Vec::new());
    for step in steps {
        let volume = volume(input, step);
        disk = disk.zip(volume).map(|(sum, volume)| sum + volume.disk);
        wal = wal.zip(volume).map(|(sum, volume)| sum + volume.wal);
        if let Some(volume) = volume.filter(|volume| volume.wal > 4.0 * CATALOG_WAL_BYTES) {
            let (disk, wal) = (bytes_text(volume.disk), bytes_text(volume.wal));
            basis.push(format!("{}: {disk} of disk, {wal} of log", step.title));
        }
    }
    Totals {
        ms: time(steps),
        extra_disk_bytes: disk.map(|bytes: f64| bytes as u64),
        wal_bytes: wal.map(|bytes: f64| bytes as u64),
        basis,
    }
}

/// The times one after the other; none where one of them is not known.
fn time(steps: &[Step]) -> Option<Interval> {
    let add = |sum: Interval, step: &Step| {
        let ms = step.predicted.ms;
        Interval { p10: sum.p10 + ms.p10, p50: sum.p50 + ms.p50, p90: sum.p90 + ms.p90 }
    };
    let sum = steps.iter().fold(Interval { p10: 0.0, p50: 0.0, p90: 0.0 }, add);
    // A step whose time nobody knows has no upper end.
    steps.iter().all(|step| !step.predicted.ms.is_unknown()).then_some(sum)
}

/// What a step needs; none where the size of its table is not known.
fn volume(input: &Input<'_>, step: &Step) -> Option<Volume> {
    let effect = &step.effect;
    let is_fill = matches!(step.action, Action::Backfill(_));
    let is_copy = matches!(step.action, Action::Copy(_));
    if !is_fill && !is_copy && effect.rewrites.is_empty() && effect.index_builds == 0 {
        let wal = if matches!(step.action, Action::Nothing { .. }) { 0.0 } else { CATALOG_WAL_BYTES };
        return Some(Volume { disk: 0.0, wal });
    }
    let table = step.table.as_ref()?;
    if input.from.table(table).is_none() {
        // The plan makes it: nothing is in it yet.
        return Some(Volume::default());
    }
    let statistics = input.statistics?.table(table)?;
    let mut volume = Volume { disk: 0.0, wal: CATALOG_WAL_BYTES };
    if !effect.rewrites.is_empty() {
        // The old file goes with the commit, the indexes are built anew.
        volume = add(volume, statistics.total_bytes as f64, 1.0);
    } else if effect.index_builds > 0 {
        let indexes = input.from.table(table).map_or(0, model::Table::index_count);
        volume = add(volume, f64::from(effect.index_builds) * index_bytes(statistics, indexes), 1.0);
    }
    if is_copy {
        volume = add(volume, statistics.heap_bytes as f64, COPY_WAL_FACTOR);
    }
    if is_fill {
        // Each row leaves its old version until vacuum.
        volume = add(volume, statistics.heap_bytes as f64, FILL_WAL_FACTOR);
    }
    Some(volume)
}

fn add(volume: Volume, bytes: f64, wal_factor: f64) -> Volume {
    Volume { disk: volume.disk + bytes, wal: volume.wal + bytes * wal_factor }
}

/// An index like those that are there.
fn index_bytes(statistics: &TableStatistics, indexes: usize) -> f64 {
    match (statistics.index_bytes, indexes) {
        (0, _) | (_, 0) => statistics.rows_or_guess() * INDEX_ROW_BYTES,
        (bytes, indexes) => bytes as f64 / indexes as f64,
    }
}

/// What connected replicas and logical slots mean for a plan with these totals.
pub fn notes_on_replication(statistics: &Statistics, totals: &Totals) -> Vec<String> {
    let wal = totals.wal_bytes.map_or("an unknown amount of log".to_owned(), |bytes| {
        format!("about {} of log", bytes_text(bytes as f64))
    });
    let mut notes = Vec::new();
    if statistics.replicas > 0 {
        let lag = statistics.replica_lag_ms.map_or(String::new(), |ms| format!(", {} behind", ms_text(ms)));
        notes.push(format!(
            "{} replicas are connected{lag}: they replay {wal}, and a backfill waits for them; on a replica a query \
             that runs long holds up the replay of a strong lock, or is cancelled by it",
            statistics.replicas
        ));
    }
    if statistics.logical_slots > 0 {
        notes.push(format!(
            "{} logical slots: changes of the schema are not replicated, so subscribers need them first (new \
             columns) or afterwards (removed ones); the server keeps {wal} until the slots have read it",
            statistics.logical_slots
        ));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_is_as_large_as_its_neighbours() {
        let statistics =
            TableStatistics { rows: Some(1_000.0), index_bytes: 90_000, ..TableStatistics::default() };
        assert_eq!(index_bytes(&statistics, 3), 30_000.0);
        let bare = TableStatistics { rows: Some(1_000.0), ..TableStatistics::default() };
        assert_eq!(index_bytes(&bare, 0), 40_000.0);
    }

    #[test]
    fn replicas_and_slots_are_told() {
        let statistics = Statistics {
            replicas: 2,
            replica_lag_ms: Some(1_500.0),
            logical_slots: 1,
            ..Statistics::default()
        };
        let totals = Totals { wal_bytes: Some(1 << 20), ..Totals::default() };
        let notes = notes_on_replication(&statistics, &totals);
        assert!(
            notes[0].contains("2 replicas")
                && notes[0].contains("1.5 s behind")
                && notes[0].contains("1.0 MB")
        );
        assert!(notes[1].contains("1 logical slots"), "{notes:?}");
        assert!(notes_on_replication(&Statistics::default(), &totals).is_empty());
    }
}
