//! How many rows a rehearsal makes up.

use std::collections::BTreeSet;

use model::{Fault, Name, Statistics, TableStatistics};
use populate::Rows;

use crate::args::RowsWanted;

/// The rows of each table: those the plan works on as asked for, the others in the same proportion to the
/// live ones, and none more than the largest of the former. A table that is empty there stays empty, but
/// one the plan works on.
///
/// # Errors
/// `rehearse.share` for a share of live rows where no live database was asked.
pub fn scaled(
    worked_on: &BTreeSet<Name>,
    live: Option<&Statistics>,
    wanted: RowsWanted,
) -> Result<Rows, Fault> {
    let Some(live) = live else {
        return match wanted {
            RowsWanted::Count(count) => Ok(Rows::each(count)),
            RowsWanted::Share(_) => {
                Err(Fault::new("rehearse.share", "a share of the live rows needs a live database")
                    .help("set DATABASE_URL, or say --rows with a number"))
            }
        };
    };
    let size = |name: &Name| live.table(name).map_or(0.0, TableStatistics::rows_or_guess);
    let largest = worked_on.iter().map(size).fold(0.0, f64::max);
    let (factor, most) = match wanted {
        RowsWanted::Share(share) => (share, (largest * share).ceil().max(1.0)),
        RowsWanted::Count(count) if largest > 0.0 => ((count as f64 / largest).min(1.0), count as f64),
        // The tables are small or new: nothing to be in proportion to.
        RowsWanted::Count(count) => (1.0, count as f64),
    };
    let mut rows = Rows::each(0);
    for name in live.tables.keys() {
        let scaled = (size(name) * factor).ceil().min(most);
        let least = if worked_on.contains(name) { 1.0 } else { 0.0 };
        rows = rows.with(name.clone(), scaled.max(least) as u64);
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(sizes: &[(&str, f64)]) -> Statistics {
        let table = |rows: f64| TableStatistics {
            rows: Some(rows),
            has_rows: Some(rows > 0.0),
            ..TableStatistics::default()
        };
        let tables = sizes.iter().map(|(name, rows)| (Name::new("public", *name), table(*rows)));
        Statistics { tables: tables.collect(), ..Statistics::default() }
    }

    fn funds() -> BTreeSet<Name> {
        BTreeSet::from([Name::new("public", "funds")])
    }

    #[test]
    fn tables_keep_their_proportions() {
        let live = live(&[("funds", 1_000_000.0), ("kinds", 20_000.0), ("events", 9e9), ("empty", 0.0)]);
        let of = |wanted| {
            let rows = scaled(&funds(), Some(&live), wanted).unwrap();
            ["funds", "kinds", "events", "empty"].map(|table| rows.of(&Name::new("public", table)))
        };
        assert_eq!(of(RowsWanted::Count(10_000)), [10_000, 200, 10_000, 0]);
        assert_eq!(of(RowsWanted::Share(0.01)), [10_000, 200, 10_000, 0]);
        // No more than there are.
        assert_eq!(of(RowsWanted::Count(2_000_000)), [1_000_000, 20_000, 2_000_000, 0]);
    }

    #[test]
    fn without_a_live_database_every_table_gets_the_same() {
        assert_eq!(scaled(&funds(), None, RowsWanted::Count(5)).unwrap(), Rows::each(5));
        assert_eq!(scaled(&funds(), None, RowsWanted::Share(0.5)).unwrap_err().kind, "rehearse.share");
    }
}
