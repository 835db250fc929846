//! Sizes and traffic of a live database, of the tables that change.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use assess::Live;
use model::{
    AssessedChange, Change, Ident, Name, Statistics, TableStatistics, bytes_text, count_text, ms_text,
    rows_text,
};
use serde::Serialize;

use crate::stages::Compared;

/// How full a sequence has to be to be told of when it belongs to no table that changes.
const SEQUENCE_TOLD: f64 = 0.5;
/// How full it has to be to be worth a line.
const SEQUENCE_SHOWN: f64 = 0.1;

/// What the live database said of sizes and traffic.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    /// Of every table that changes and is there.
    tables: Vec<TableFigures>,
    sequences: Vec<SequenceFigures>,
    /// Sessions of others with an open transaction; null where the role may not know of all.
    active_transactions: Option<u32>,
    longest_transaction_ms: Option<f64>,
    replicas: u32,
    /// Null where there is no replica, or the role may not know.
    replica_lag_ms: Option<f64>,
    /// Since when scans and writes are counted, as a date.
    counted_since: Option<String>,
    /// What the rates of writes rest on.
    writes_basis: Option<String>,
    /// Whether `pg_stat_statements` is installed.
    statements: bool,
}

#[derive(Debug, Serialize)]
struct TableFigures {
    table: Name,
    /// The server's estimate; null where it never looked.
    rows: Option<f64>,
    has_rows: Option<bool>,
    heap_bytes: u64,
    index_bytes: u64,
    total_bytes: u64,
    sequential_scans: u64,
    index_scans: BTreeMap<Ident, u64>,
    writes: u64,
    writes_per_second: Option<f64>,
    lock_holders: u32,
}

#[derive(Debug, Serialize)]
struct SequenceFigures {
    sequence: Name,
    /// The column it fills, with its type.
    column: Option<String>,
    last: u64,
    limit: u64,
    /// 0 to 1.
    used: f64,
}

impl Figures {
    /// Of the tables that the changes are about; none where no database was asked.
    pub(super) fn of(compared: &Compared, assessed: &[AssessedChange], live: Option<&Live>) -> Option<Self> {
        let statistics = compared.statistics.as_ref()?;
        // A domain or an enum changes on the tables whose rows are read or written for it.
        let worked =
            assessed.iter().flat_map(|change| change.effect.rewrites.iter().chain(&change.effect.scans));
        let own = compared.changes.iter().filter_map(Change::table);
        let tables: BTreeSet<Name> = own.chain(worked.cloned()).collect();
        Some(Self {
            sequences: sequences(&tables, live),
            tables: tables.iter().filter_map(|name| of_table(name, statistics, live)).collect(),
            active_transactions: statistics.active_transactions,
            longest_transaction_ms: statistics.longest_transaction_ms,
            replicas: statistics.replicas,
            replica_lag_ms: statistics.replica_lag_ms,
            counted_since: live.and_then(|live| live.since.clone()),
            writes_basis: live.map(|live| live.writes_basis.clone()),
            statements: statistics.statements,
        })
    }
}

fn of_table(name: &Name, statistics: &Statistics, live: Option<&Live>) -> Option<TableFigures> {
    let TableStatistics {
        rows,
        has_rows,
        heap_bytes,
        index_bytes,
        total_bytes,
        sequential_scans,
        index_scans,
        writes,
        lock_holders,
    } = statistics.table(name)?.clone();
    let writes_per_second = live.and_then(|live| live.writes_per_second.get(name).copied());
    Some(TableFigures {
        table: name.clone(),
        rows,
        has_rows,
        heap_bytes,
        index_bytes,
        total_bytes,
        sequential_scans,
        index_scans,
        writes,
        writes_per_second,
        lock_holders,
    })
}

/// Sequences of tables that change, and whichever are half used.
fn sequences(tables: &BTreeSet<Name>, live: Option<&Live>) -> Vec<SequenceFigures> {
    let all = live.map_or(&[][..], |live| &live.sequences);
    let is_of = |column: &Option<String>| {
        let of = column.as_deref().and_then(|column| column.split_once(' ')).map_or("", |(_, of)| of);
        tables
            .iter()
            .any(|table| of.strip_prefix(&table.to_string()).is_some_and(|rest| rest.starts_with('.')))
    };
    let shown = all.iter().filter(|each| is_of(&each.column) || each.share() >= SEQUENCE_TOLD);
    shown
        .map(|each| SequenceFigures {
            sequence: each.name.clone(),
            column: each.column.clone(),
            last: each.last,
            limit: each.limit,
            used: each.share(),
        })
        .collect()
}

/// A line for each table and sequence, and one for the traffic.
pub(super) fn text(figures: Option<&Figures>) -> String {
    let Some(figures) = figures else {
        return "  unknown: no database was asked; 1.0 M rows a table and moderate traffic assumed\n"
            .to_owned();
    };
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write(figures, &mut out);
    out
}

fn write(figures: &Figures, out: &mut String) -> std::fmt::Result {
    let since = figures.counted_since.as_deref().unwrap_or("the statistics began");
    for table in &figures.tables {
        let scans = table.sequential_scans + table.index_scans.values().sum::<u64>();
        let rate =
            table.writes_per_second.map(|rate| format!(", {rate:.1} writes a second")).unwrap_or_default();
        writeln!(
            out,
            "  {}: {}, {} with {} of indexes ({}); since {since} {} and {}{rate}",
            table.table,
            rows(table),
            bytes(table.total_bytes),
            bytes(table.index_bytes),
            table.index_scans.len(),
            counted(scans, "scan", "scans"),
            counted(table.writes, "row written", "rows written")
        )?;
    }
    for sequence in figures.sequences.iter().filter(|sequence| sequence.used >= SEQUENCE_SHOWN) {
        let column = sequence.column.as_deref().map(|column| format!(" of {column}")).unwrap_or_default();
        let used = (sequence.used * 100.0).floor();
        writeln!(
            out,
            "  {}{column}: {used:.0} % used ({} of {})",
            sequence.sequence,
            count_text(sequence.last),
            count_text(sequence.limit)
        )?;
    }
    let oldest = figures.longest_transaction_ms.map(|age| format!(", the oldest for {}", ms_text(age)));
    let lag = match (figures.replicas, figures.replica_lag_ms) {
        (0, _) => String::new(),
        (_, Some(lag)) => format!(", the slowest {} behind", ms_text(lag)),
        (_, None) => ", lag unknown".to_owned(),
    };
    let open = match figures.active_transactions {
        Some(open) => open.to_string(),
        None => "unknown (GRANT pg_monitor lets this role see those of others)".to_owned(),
    };
    writeln!(
        out,
        "  open transactions: {open}{}; replicas: {}{lag}",
        oldest.unwrap_or_default(),
        figures.replicas
    )
}

fn rows(table: &TableFigures) -> String {
    match (table.rows, table.has_rows) {
        (_, Some(false)) => "no rows".to_owned(),
        (Some(rows), _) if rows > 0.0 => format!("{} rows", rows_text(rows)),
        _ => "rows unknown (never analysed)".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a size for people")]
fn bytes(bytes: u64) -> String {
    bytes_text(bytes as f64)
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", count_text(count), if count == 1 { one } else { many })
}
