//! The rows and values that statements name.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use model::{Ident, Name};
use rand::RngExt;
use rand::rngs::SmallRng;

use crate::{Does, Parameter, Statement};

/// The rows one table lends to writers, each to one writer at a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rows {
    /// Rows that were there at the start and that updates may write.
    pub(crate) touched: Vec<String>,
    /// Rows that this traffic inserted and that deletes may take.
    pub(crate) inserted: Vec<String>,
}

impl Rows {
    /// Lends a row for this statement, or nothing where none is left or none is needed.
    pub(crate) fn lend(&mut self, does: &Does, rng: &mut SmallRng) -> Option<String> {
        let rows = match does {
            Does::Update(..) => &mut self.touched,
            Does::Delete(_) => &mut self.inserted,
            Does::Read | Does::Insert(_) => return None,
        };
        let at = rng.random_range(0..rows.len().max(1));
        (at < rows.len()).then(|| rows.swap_remove(at))
    }

    /// Takes a row back that the statement did not remove.
    pub(crate) fn take_back(&mut self, does: &Does, row: String) {
        match does {
            Does::Delete(_) => self.inserted.push(row),
            _ => self.touched.push(row),
        }
    }
}

/// Values that rows had when the traffic began, by table and column.
pub(crate) type Values = BTreeMap<(Name, Ident), Vec<String>>;

/// Gives out numbers that no other statement gets.
#[derive(Debug)]
pub(crate) struct Numbers {
    next: AtomicU64,
}

impl Numbers {
    /// Begins at a number that depends on the time, in milliseconds, so that another traffic on the
    /// same database gives out others (at less than a thousand a millisecond). It has 16 digits.
    pub(crate) fn begin() -> Self {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let ms = u64::try_from(since_epoch.as_millis()).unwrap_or_default();
        Self { next: AtomicU64::new(ms * 1_000) }
    }

    fn next(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }
}

/// The statement's values; nothing where one cannot be had, as when there is no row to name.
pub(crate) fn values_for(
    statement: &Statement,
    row: Option<&str>,
    values: &Values,
    numbers: &Numbers,
    rng: &mut SmallRng,
) -> Option<Vec<String>> {
    let value = |parameter: &Parameter| match parameter {
        Parameter::Row => row.map(str::to_owned),
        Parameter::Value(table, column) => {
            values.get(&(table.clone(), column.clone())).and_then(|known| one_of(known, rng))
        }
        Parameter::Number => Some(numbers.next().to_string()),
        Parameter::Word(prefix) => Some(format!("{prefix}{}", numbers.next())),
        Parameter::Between(low, high) => Some(rng.random_range(*low..=*high.max(low)).to_string()),
        Parameter::OneOf(texts) => one_of(texts, rng),
    };
    statement.parameters.iter().map(value).collect()
}

fn one_of(values: &[String], rng: &mut SmallRng) -> Option<String> {
    let at = rng.random_range(0..values.len().max(1));
    values.get(at).cloned()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn a_row_is_lent_to_one_writer_at_a_time() {
        let mut rng = SmallRng::seed_from_u64(1);
        let update = Does::Update(Name::new("public", "t"), Ident::new("v"));
        let mut rows = Rows { touched: vec!["1".into(), "2".into()], inserted: Vec::new() };
        let (first, second) = (rows.lend(&update, &mut rng), rows.lend(&update, &mut rng));
        assert_ne!(first, second);
        assert_eq!(rows.lend(&update, &mut rng), None);
        rows.take_back(&update, first.clone().unwrap());
        assert_eq!(rows.lend(&update, &mut rng), first);
    }

    #[test]
    fn numbers_fit_sixteen_digits_and_differ() {
        let numbers = Numbers::begin();
        let (first, second) = (numbers.next(), numbers.next());
        assert!(first < second && second < 10_000_000_000_000_000);
    }
}
