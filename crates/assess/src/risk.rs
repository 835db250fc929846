//! The risk score: 100 points, every one explained.
//!
//! Points = weight x how much of the factor the table has x how exposed the change is to it. A change
//! whose cost does not grow with rows does not score with rows.

use model::{Change, Name, Object, Risk, RiskLevel, TableStatistics, bytes_text, count_text, rows_text};

use crate::exposure::{self, Exposure, Place};
use crate::{Input, Judged, category, experience, has_rows};

const ROW_COUNT: f64 = 40.0;
const INDEXES: f64 = 20.0;
const CONSTRAINTS: f64 = 15.0;
const CRITICAL_PATH: f64 = 15.0;
const ACTIVE_TRANSACTIONS: f64 = 10.0;

/// Below this many rows, work on all of them is over before anybody notices.
const ROWS_FEW: f64 = 1_000.0;
/// From here on the row count counts fully.
const ROWS_MANY: f64 = 8_000_000.0;
/// From here on, what works on every row lasts long enough to count as long.
const ROWS_LONG: f64 = 1_000_000.0;
/// What is said where a role may not know of everybody's transactions.
const TRAFFIC_HIDDEN: &str =
    "transactions beside it unknown: this role may not see those of others (GRANT pg_monitor lets it)";
/// What is assumed of a table nobody was asked about.
const ROWS_ASSUMED: f64 = 1_000_000.0;

pub(crate) fn risk(input: &Input<'_>, at: usize, judged: &Judged) -> Risk {
    let mut risk = worst(input, judged);
    risk.score = risk.factors.total();
    if let Some(experience) = input.experience.get(&at) {
        for (points, why) in experience::points(experience, input.stall_budget_ms, &risk) {
            risk.score += points;
            risk.reasons.push(why);
        }
    }
    floors(input, at, judged, &mut risk);
    risk.score = (risk.score.clamp(0.0, 100.0) * 10.0).round() / 10.0;
    risk.level = RiskLevel::of(risk.score);
    risk
}

/// The score on the table where it is highest; the change's own table where several are equal.
fn worst(input: &Input<'_>, judged: &Judged) -> Risk {
    let tables = input.touched(judged);
    let scores = tables.iter().rev().map(|table| score(input, judged, table, &tables));
    let worst = scores.max_by(|a, b| a.factors.total().total_cmp(&b.factors.total()));
    worst.unwrap_or_else(|| Risk { reasons: vec!["no existing table is touched".to_owned()], ..Risk::none() })
}

fn score(input: &Input<'_>, judged: &Judged, table: &Name, touched: &[Name]) -> Risk {
    let mut risk = Risk::none();
    let Some(definition) = input.table(table) else { return risk };
    let statistics = input.table_statistics(table);
    let own = judged.change.table().is_none_or(|own| own == *table || !touched.contains(&own));
    let place =
        Place { parts: input.parts(table), own, used: category::drops_used_index(input, &judged.change) };
    let exposure = exposure::of(&judged.change, &judged.effect, &place);
    let rows = rows(input, table, statistics, &mut risk);
    let many = scale(rows, ROWS_MANY);
    let long = scale(rows, ROWS_LONG);
    let other = (judged.change.table().as_ref() != Some(table)).then_some(table);
    row_count(&mut risk, rows, many, other, &exposure);
    let indexes = definition.index_count();
    let constraints = definition.constraints.len() + 1;
    let bytes = statistics.map(|statistics| statistics.index_bytes);
    indexes_and_constraints(&mut risk, (indexes, bytes), constraints, long, &exposure);
    critical_path(&mut risk, input, table, statistics, long, &exposure);
    active_transactions(&mut risk, input, statistics, &exposure);
    risk
}

/// The rows reckoned with; where nobody was asked, that is said.
fn rows(input: &Input<'_>, table: &Name, statistics: Option<&TableStatistics>, risk: &mut Risk) -> f64 {
    if let Some(statistics) = statistics {
        if statistics.rows.is_none() && statistics.has_rows != Some(false) {
            risk.reasons.push(format!(
                "{table} was never analysed: {} rows judged from its size",
                rows_text(statistics.rows_or_guess())
            ));
        }
        return statistics.rows_or_guess();
    }
    let why =
        if input.statistics.is_none() { "no database was asked" } else { "the table has no statistics" };
    risk.reasons.push(format!("rows of {table} unknown ({why}), assumed {}", rows_text(ROWS_ASSUMED)));
    ROWS_ASSUMED
}

/// From 0 at a thousand rows to 1 at `many`, by the logarithm.
fn scale(rows: f64, many: f64) -> f64 {
    if rows <= ROWS_FEW { 0.0 } else { ((rows / ROWS_FEW).log10() / (many / ROWS_FEW).log10()).min(1.0) }
}

fn row_count(risk: &mut Risk, rows: f64, many: f64, of: Option<&Name>, exposure: &Exposure) {
    let points = round(ROW_COUNT * many * exposure.rows);
    risk.factors.row_count = points;
    let of = of.map(|table| format!(" of {table}")).unwrap_or_default();
    let text = format!("{} rows{of}, {}: {points:.0} of {ROW_COUNT:.0}", rows_text(rows), exposure.words);
    risk.reasons.push(text);
}

fn indexes_and_constraints(
    risk: &mut Risk,
    (indexes, bytes): (usize, Option<u64>),
    constraints: usize,
    long: f64,
    exposure: &Exposure,
) {
    let share =
        |count: usize, full: f64| (f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / full).min(1.0);
    let points = round(INDEXES * share(indexes, 4.0) * long * exposure.indexes);
    risk.factors.indexes = points;
    if points > 0.0 {
        #[expect(clippy::cast_precision_loss, reason = "a size for people")]
        let size = bytes.map(|bytes| format!(" ({})", bytes_text(bytes as f64))).unwrap_or_default();
        let text = format!(
            "{}{size} to build or keep in step: {points:.0} of {INDEXES:.0}",
            counted(indexes, "index", "indexes")
        );
        risk.reasons.push(text);
    }
    let has = (0.4 + 0.2 * f64::from(u32::try_from(constraints).unwrap_or(u32::MAX))).min(1.0);
    let points = round(CONSTRAINTS * has * long * exposure.constraints);
    risk.factors.constraints = points;
    if points > 0.0 {
        let text = format!(
            "{} to prove on every row: {points:.0} of {CONSTRAINTS:.0}",
            counted(constraints, "constraint", "constraints")
        );
        risk.reasons.push(text);
    }
}

fn critical_path(
    risk: &mut Risk,
    input: &Input<'_>,
    table: &Name,
    statistics: Option<&TableStatistics>,
    long: f64,
    exposure: &Exposure,
) {
    let (has, why) = leaning(input, table, statistics);
    let points = round(CRITICAL_PATH * has * (exposure.critical_brief + exposure.critical_long * long));
    risk.factors.critical_path = points;
    if points > 0.0 {
        risk.reasons.push(format!("{why}: {points:.0} of {CRITICAL_PATH:.0}"));
    }
}

/// How much the application leans on the table: told so, or judged from its traffic.
fn leaning(input: &Input<'_>, table: &Name, statistics: Option<&TableStatistics>) -> (f64, String) {
    if input.critical_tables.contains(table) {
        return (1.0, format!("{table} is a critical table"));
    }
    let Some(statistics) = statistics else {
        return (0.5, format!("traffic on {table} unknown, assumed moderate"));
    };
    let scans = statistics.sequential_scans + statistics.index_scans.values().sum::<u64>();
    let busy = scans.saturating_add(statistics.writes);
    #[expect(clippy::cast_precision_loss, reason = "a logarithm follows")]
    let has = ((busy.max(1) as f64).log10() / 6.0).min(0.8);
    let since = input.live.and_then(|live| live.since.as_deref()).unwrap_or("its statistics began");
    let mut why = format!("{} scans and writes on {table} since {since}", count_text(busy));
    let Some((live, rate)) = input.live.and_then(|live| Some((live, *live.writes_per_second.get(table)?)))
    else {
        return (has, why);
    };
    why.push_str(&format!(", {rate:.0} writes a second ({})", live.writes_basis));
    (has.max(((1.0 + rate).log10() / 3.0).min(0.8)), why)
}

fn active_transactions(
    risk: &mut Risk,
    input: &Input<'_>,
    statistics: Option<&TableStatistics>,
    exposure: &Exposure,
) {
    let Some(traffic) = input.statistics else {
        risk.reasons.push("transactions beside it unknown: no database was asked".to_owned());
        return;
    };
    let holders = statistics.map_or(0, |table| table.lock_holders);
    let longest = traffic.longest_transaction_ms.unwrap_or(0.0);
    let active = traffic.active_transactions.unwrap_or_else(|| {
        risk.reasons.push(TRAFFIC_HIDDEN.to_owned());
        0
    });
    let crowd = f64::from(holders.max(active)) / 20.0;
    let has = crowd.max(longest / 5_000.0).min(1.0);
    let points = round(ACTIVE_TRANSACTIONS * has * exposure.transactions);
    risk.factors.active_transactions = points;
    if points > 0.0 {
        risk.reasons.push(format!(
            "{}, the oldest for {}: {points:.0} of {ACTIVE_TRANSACTIONS:.0}",
            counted(active.max(holders), "transaction runs", "transactions run"),
            model::ms_text(longest)
        ));
    }
}

/// What destroys data, fails or breaks code is not made harmless by a small table.
fn floors(input: &Input<'_>, at: usize, judged: &Judged, risk: &mut Risk) {
    let violated = input.violated(at);
    let level = floor(input, at, judged);
    let found = violated.map(|asked| {
        let lost = matches!(judged.change, Change::Drop { object: Object::Table { .. } });
        (if lost { RiskLevel::Critical } else { RiskLevel::High }, asked.sentence())
    });
    let Some((level, why)) = found.or(level) else {
        if input.is_clear(at) {
            risk.reasons.extend(input.asked(at).map(|asked| format!("{}, asked just now", asked.sentence())));
        }
        return;
    };
    risk.score = level.floor().max(risk.score);
    risk.reasons.push(format!("at least {level}: {why}"));
}

fn floor(input: &Input<'_>, at: usize, judged: &Judged) -> Option<(RiskLevel, String)> {
    let change = &judged.change;
    let table = change.table();
    let rows = table.as_ref().and_then(|table| has_rows(input, table));
    let maybe = if rows.is_none() { " (whether it has rows is unknown)" } else { "" };
    if rows == Some(false) || input.is_clear(at) {
        return None;
    }
    match change {
        Change::Drop { object: Object::Table { name, .. } } => {
            Some((RiskLevel::Critical, format!("the rows of {name} would be lost{maybe}")))
        }
        Change::DropColumn { table, column } if column.generated.is_none() => {
            Some((RiskLevel::High, format!("the values of {table}.{} would be lost{maybe}", column.name)))
        }
        Change::AddColumn { table, column } if column.not_null && !column.fills_itself() => Some((
            RiskLevel::High,
            format!("NOT NULL without a default fails on the first row of {table}{maybe}"),
        )),
        Change::AlterColumnType { from, to, .. } if category::narrows(&from.type_name, &to.type_name) => {
            Some((
                RiskLevel::High,
                format!("values of {} may not fit {}{maybe}", from.type_name, to.type_name),
            ))
        }
        Change::ReplaceEnum { from, to, .. } => {
            let loses = from.iter().any(|label| !to.contains(label));
            let meets = loses && input.meets_rows(judged) != Some(false);
            meets.then(|| (RiskLevel::High, "labels in use may go".to_owned()))
        }
        Change::RenameColumn { .. } | Change::RenameTable { .. } => {
            renamed(input, change).map(|why| (RiskLevel::High, why))
        }
        _ => None,
    }
}

/// A rename breaks code that uses the old name; where no code was searched, it is assumed to.
fn renamed(input: &Input<'_>, change: &Change) -> Option<String> {
    match input.uses(change) {
        None => Some("code may use the old name (no code was searched)".to_owned()),
        Some((_, [])) => None,
        Some((object, uses)) => {
            let places = counted(uses.len(), "place in code uses", "places in code use");
            Some(format!("{places} {object} by its old name"))
        }
    }
}

fn counted<N: std::fmt::Display + PartialEq + From<u8>>(count: N, one: &str, many: &str) -> String {
    if count == N::from(1) { format!("{count} {one}") } else { format!("{count} {many}") }
}

fn round(points: f64) -> f64 {
    (points * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_count_by_their_logarithm() {
        assert!(scale(100.0, ROWS_MANY).abs() < f64::EPSILON);
        assert!((scale(5e6, ROWS_MANY) - 0.95).abs() < 0.01);
        assert!((scale(1e9, ROWS_MANY) - 1.0).abs() < f64::EPSILON);
    }
}
