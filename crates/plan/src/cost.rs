//! How long a step should take, and how risky the plan is after its own mitigations.
//!
//! Without memory of earlier runs the rates are those measured for this project on a busy two-core
//! machine; the interval is wide, and says what it rests on.

use model::{
    Effect, Interval, Operation, Prediction, Risk, RiskLevel, Step, TableStatistics, bytes_text, rows_text,
};

use crate::draft::Draft;
use crate::situation::Situation;
use crate::{Input, Predictor, StepShape};

/// What makes a step take the time it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cost {
    /// Nothing is sent.
    Nothing,
    /// Entries in the catalog, whatever the size.
    Catalog,
    /// Every row is read.
    Scan,
    /// An index is built.
    IndexBuild,
    /// Every row is filled in small transactions.
    Fill,
    /// Every row is copied into another table in small transactions.
    Copy,
    /// Every row is written anew in one statement.
    Rewrite,
}

/// A catalog-only statement with its commit, in ms (measured: 6 to 8, 4 to 11 under traffic).
const CATALOG_MS: f64 = 8.0;
/// Rows read in a second by VALIDATE (measured: 5.0 M rows in 0.9 to 1.4 s).
const SCAN_ROWS_PER_S: f64 = 4_500_000.0;
/// Rows indexed in a second by CREATE INDEX CONCURRENTLY (measured: 5.0 M rows in 6.5 to 9.1 s).
const INDEX_ROWS_PER_S: f64 = 650_000.0;
/// Rows filled in a second by a backfill in batches (measured: 28 to 36 k on 2.0 M rows under traffic, 130 k
/// on 20 to 300 k rows without; this lies between).
const FILL_ROWS_PER_S: f64 = 65_000.0;
/// Rows copied in a second into a table without indexes (measured: 119 to 125 k, with the indexes built afterwards).
const COPY_ROWS_PER_S: f64 = 180_000.0;
/// Rows written anew in a second under ACCESS EXCLUSIVE (measured: 130 k on 5.0 M rows with two indexes,
/// 500 k on 20 to 300 k rows; this lies between).
const REWRITE_ROWS_PER_S: f64 = 260_000.0;
/// How far such rates are off on another machine and another table, to both sides. Of the 312 steps that
/// `remember`'s receipts of real plans hold, whose time goes with rows, this holds nine of ten.
const RATE_FACTOR: f64 = 4.0;
/// The same for catalog-only steps (341 of them).
const CATALOG_FACTOR: f64 = 5.0;

/// From memory where it knows, from measured rates where it does not.
pub(crate) fn predict(
    situation: &Situation<'_>,
    memory: Option<&dyn Predictor>,
    draft: &Draft,
    effect: &Effect,
    operation: Operation,
    recipe: &str,
) -> Prediction {
    let statistics = draft.table.as_ref().and_then(|table| situation.table_statistics(table));
    let shape = StepShape {
        operation,
        recipe,
        phase: draft.phase,
        lock: effect.strongest().map(|lock| lock.mode),
        table: draft.table.as_ref(),
        rows: statistics.map(TableStatistics::rows_or_guess),
        total_bytes: statistics.map(|statistics| statistics.total_bytes),
    };
    memory.and_then(|memory| memory.predict(&shape)).unwrap_or_else(|| from_rates(draft.cost, statistics))
}

/// From measured rates alone.
pub(crate) fn from_rates(cost: Cost, statistics: Option<&TableStatistics>) -> Prediction {
    let catalog = Interval::around(CATALOG_MS, CATALOG_FACTOR);
    let nothing = Interval { p10: 0.0, p50: 0.0, p90: 0.0 };
    let rate = match cost {
        Cost::Nothing => {
            return Prediction { ms: nothing, lock_hold_ms: nothing, basis: "nothing is sent".to_owned() };
        }
        Cost::Catalog => {
            let basis =
                "an entry in the catalog, whatever the size, in measurements elsewhere; no earlier run here"
                    .to_owned();
            return Prediction { ms: catalog, lock_hold_ms: catalog, basis };
        }
        Cost::Scan => SCAN_ROWS_PER_S,
        Cost::IndexBuild => INDEX_ROWS_PER_S,
        Cost::Fill => FILL_ROWS_PER_S,
        Cost::Copy => COPY_ROWS_PER_S,
        Cost::Rewrite => REWRITE_ROWS_PER_S,
    };
    let Some(statistics) = statistics else {
        let unknown = Interval::unknown(CATALOG_MS);
        let basis = "the table's size is unknown, and so is the time".to_owned();
        return Prediction { ms: unknown, lock_hold_ms: unknown, basis };
    };
    let rows = statistics.rows_or_guess();
    let ms = CATALOG_MS + rows / rate * 1e3;
    let whole = Interval::around(ms, RATE_FACTOR);
    let held = if cost == Cost::Fill { Interval::around(50.0, 2.0) } else { whole };
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let size = bytes_text(statistics.total_bytes as f64);
    let basis = format!(
        "{} rows, {size}; {} rows a second in measurements elsewhere, a factor of {RATE_FACTOR} either way; no earlier run here",
        rows_text(rows),
        rows_text(rate)
    );
    Prediction { ms: whole, lock_hold_ms: held, basis }
}

/// The risk after the plan's own mitigations: what a strong lock is held for, and what cannot be undone.
pub(crate) fn risk_after(input: &Input<'_>, steps: &[Step]) -> Risk {
    let budget = f64::from(input.stall_budget_ms);
    let mut risk = Risk::none();
    let blocking = steps.iter().filter(|step| step.blocks_reads || step.blocks_writes);
    let longest =
        blocking.max_by(|a, b| a.predicted.lock_hold_ms.p50.total_cmp(&b.predicted.lock_hold_ms.p50));
    let unknown = steps
        .iter()
        .find(|step| (step.blocks_reads || step.blocks_writes) && step.predicted.lock_hold_ms.is_unknown());
    if let Some(step) = unknown {
        risk = input.risk_before.clone();
        risk.reasons.push(format!(
            "\"{}\" holds a lock that blocks for a time nobody knows, because the size of its table is unknown",
            step.title
        ));
        return risk;
    }
    match longest {
        Some(step) if step.predicted.lock_hold_ms.p50 > budget => {
            // Nothing was mitigated about this step: the push's own risk stays.
            risk = input.risk_before.clone();
            risk.reasons.push(format!(
                "\"{}\" still holds a lock that blocks for longer than the budget of {budget} ms",
                step.title
            ));
            return risk;
        }
        Some(step) => {
            let share = (step.predicted.lock_hold_ms.p50 / budget).min(1.0);
            risk.factors.active_transactions = (10.0 * share).round().min(10.0);
            risk.reasons.push(format!(
                "the longest lock that blocks anybody is held for about {:.0} ms (\"{}\"), behind a lock timeout of {} ms",
                step.predicted.lock_hold_ms.p50, step.title, step.lock_timeout_ms
            ));
        }
        None => risk.reasons.push("no step blocks readers or writers".to_owned()),
    }
    let scans = steps.iter().filter(|step| matches!(step.predicted.ms.p50, ms if ms > budget)).count();
    if scans > 0 {
        risk.factors.row_count = 4.0;
        risk.reasons
            .push(format!("{scans} steps read or fill every row, without blocking: load, not a stall"));
    }
    if steps.iter().any(|step| step.phase == model::PhaseName::Cleanup) {
        risk.reasons
            .push("what is removed is kept until cleanup, which only an explicit command runs".to_owned());
    }
    risk.score = risk.factors.total();
    risk.level = RiskLevel::of(risk.score);
    risk
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Receipts of plans that were carried out on real servers; another crate's data, read as data.
    const RECEIPTS: &str = include_str!("../../remember/tests/predictions/receipts.jsonl");

    /// What the step's recipe says its time goes by.
    fn cost_of(step: &serde_json::Value) -> Option<Cost> {
        let (recipe, phase) = (step["recipe"].as_str()?, step["phase"].as_str()?);
        Some(match (recipe, phase) {
            ("add_foreign_key" | "add_check", "validate") => Cost::Scan,
            ("create_index", "expand") => Cost::IndexBuild,
            ("fill_column", "backfill") => Cost::Fill,
            ("direct", "switch") if step["operation"] == "ALTER_COLUMN_TYPE" => Cost::Rewrite,
            ("add_column", "expand") => Cost::Catalog,
            _ => return None,
        })
    }

    /// The intervals that stand in for memory hold at least eight of ten of the times that were measured.
    #[test]
    fn intervals_hold_what_was_measured() {
        let mut measured: std::collections::BTreeMap<String, (u32, u32)> = std::collections::BTreeMap::new();
        for line in RECEIPTS.lines() {
            let step = &serde_json::from_str::<serde_json::Value>(line).unwrap()["body"];
            let done = step["outcome"] == "done" && step["direction"] == "forward";
            let (Some(cost), Some(rows), true) = (cost_of(step), step["rows"].as_f64(), done) else {
                continue;
            };
            let statistics = TableStatistics { rows: Some(rows), ..TableStatistics::default() };
            let told = from_rates(cost, Some(&statistics)).ms;
            let (held, all) = measured.entry(format!("{cost:?}")).or_default();
            *held += u32::from(told.contains(step["execution_ms"].as_f64().unwrap()));
            *all += 1;
        }
        assert_eq!(measured.len(), 5, "{measured:?}");
        for (cost, (held, all)) in &measured {
            assert!(*all >= 20 && f64::from(*held) >= 0.8 * f64::from(*all), "{cost}: {measured:?}");
        }
    }
}
