//! What the columns of a live database are like, by its own statistics.
//!
//! Common values and histograms are values of rows. They are used to make rows on a throwaway server, and
//! never shown: neither type here has a form for output.

use std::collections::BTreeMap;
use std::fmt;

use connect::Session;
use model::{Fault, Ident, Name};
use tokio_postgres::Row;

/// Longer values are not taken over: what is made up instead is as good for a rehearsal.
const VALUE_BYTES_MAX: usize = 1_000;

/// The statistics of a database's columns (`pg_stats`).
#[derive(Clone, Default, PartialEq)]
pub struct Profile {
    pub(crate) columns: BTreeMap<(Name, Ident), ColumnProfile>,
}

/// The statistics of one column.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct ColumnProfile {
    /// The share of nulls, 0 to 1.
    pub(crate) null_fraction: f64,
    /// How many different values; negative as a share of the rows.
    pub(crate) distinct: f64,
    /// The average width, in bytes.
    pub(crate) width: u32,
    /// The most common values with their share of all rows, the most common first.
    pub(crate) common: Vec<(String, f64)>,
    /// Bounds of equally common ranges of the other values, in order.
    pub(crate) histogram: Vec<String>,
    /// How far the order of values is that of the rows, -1 to 1.
    pub(crate) correlation: f64,
}

/// A column of a partitioned table has statistics over all partitions, which come last and count.
const STATISTICS: &str = "
SELECT schemaname::text, tablename::text, attname::text, null_frac, n_distinct, avg_width,
       most_common_vals::text::text[], most_common_freqs, histogram_bounds::text::text[], correlation
FROM pg_stats
WHERE schemaname !~ '^pg_' AND schemaname NOT IN ('information_schema', 'lockkeeper', 'lockkeeper_copy')
ORDER BY inherited";

impl Profile {
    /// Reads the statistics that the session's role may read. Columns that were never analysed have none.
    ///
    /// # Errors
    /// `populate.profile` when the catalog cannot be read.
    pub async fn read(session: &Session) -> Result<Self, Fault> {
        let rows = session.query(STATISTICS, &[]).await.map_err(|error| {
            connect::fault("populate.profile", "the database's column statistics could not be read", &error)
        })?;
        let of_row = |row: &Row| {
            let table = Name::new(row.get::<_, String>(0), row.get::<_, String>(1));
            ((table, Ident::new(row.get::<_, String>(2))), ColumnProfile::of(row))
        };
        Ok(Self { columns: rows.iter().map(of_row).collect() })
    }

    /// How many columns it knows.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether it knows none.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    pub(crate) fn column(&self, table: &Name, column: &Ident) -> Option<&ColumnProfile> {
        self.columns.get(&(table.clone(), column.clone()))
    }
}

impl ColumnProfile {
    fn of(row: &Row) -> Self {
        let texts = |at: usize| row.get::<_, Option<Vec<String>>>(at).unwrap_or_default();
        let shares = row.get::<_, Option<Vec<f32>>>(7).unwrap_or_default();
        let common = texts(6).into_iter().zip(shares.into_iter().map(f64::from));
        let histogram = texts(8);
        let is_short = |value: &String| value.len() <= VALUE_BYTES_MAX;
        Self {
            null_fraction: f64::from(row.get::<_, f32>(3)),
            distinct: f64::from(row.get::<_, f32>(4)),
            width: u32::try_from(row.get::<_, i32>(5)).unwrap_or_default(),
            common: common.filter(|(value, _)| is_short(value)).collect(),
            histogram: if histogram.iter().all(is_short) { histogram } else { Vec::new() },
            correlation: f64::from(row.get::<_, Option<f32>>(9).unwrap_or_default()),
        }
    }
}

/// Without the values of rows.
impl fmt::Debug for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Profile of {} columns", self.columns.len())
    }
}

/// Without the values of rows.
impl fmt::Debug for ColumnProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (null, distinct) = (self.null_fraction, self.distinct);
        write!(f, "ColumnProfile {{ null_fraction: {null}, distinct: {distinct}, .. }}")
    }
}
