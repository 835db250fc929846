//! Holds what was said against what was measured.

use std::fmt;

use facts::report::{Report, Statement};

/// What came of comparing.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Whether a loss of data may be said that the rows at hand do not show.
    pub(crate) lenient: bool,
    /// Statements that were compared.
    pub(crate) compared: usize,
    /// Statements of which the linter says that something is unknown.
    pub(crate) unknown: Vec<String>,
    /// Statements that failed on values in the rows, which no text and no catalog tells.
    pub(crate) by_data: usize,
    /// Statements whose error is told in other words than the server's.
    pub(crate) reworded: usize,
    /// Statements of which the trace says that something was not measured.
    pub(crate) unmeasured: usize,
    /// Each difference, with the statement.
    pub(crate) differences: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lenient: _, compared, unknown, by_data, reworded, unmeasured, differences } = self;
        write!(f, "{compared} statements compared, {} differ, ", differences.len())?;
        write!(f, "{} with something unknown, {unmeasured} with something unmeasured, ", unknown.len())?;
        write!(f, "{by_data} fail on their rows, {reworded} fail in other words")?;
        unknown.iter().try_for_each(|it| write!(f, "\n  unknown: {it}"))
    }
}

/// Compares two reports on the same files.
pub(crate) fn compare(said: &Report, measured: &Report, tally: &mut Tally) {
    assert_eq!(said.statements.len(), measured.statements.len(), "both see the same statements");
    for (said, measured) in said.statements.iter().zip(&measured.statements) {
        assert_eq!(said.sql, measured.sql);
        if matches!(said.sql.as_str(), "BEGIN" | "COMMIT" | "ROLLBACK") {
            continue;
        }
        statement(said, measured, tally);
    }
}

fn statement(said: &Statement, measured: &Statement, tally: &mut Tally) {
    tally.compared += 1;
    let place = format!("{}: {}", said.file, said.sql.split_whitespace().collect::<Vec<_>>().join(" "));
    if !measured.unknown.is_empty() {
        tally.unmeasured += 1;
        return;
    }
    if !said.unknown.is_empty() {
        tally.unknown.push(format!("{place}: {}", said.unknown.join("; ")));
        return;
    }
    match (&said.error, &measured.error) {
        (None, Some(error)) if is_of_data(error) => {
            tally.by_data += 1;
            return;
        }
        (Some(said), Some(measured)) if !said.starts_with(measured.as_str()) => tally.reworded += 1,
        _ => {}
    }
    let mut lines = Vec::new();
    let mut differ = |what: &str, said: String, measured: String| {
        if said != measured {
            lines.push(format!("  {what}: said {said}, measured {measured}"));
        }
    };
    if said.error.is_some() != measured.error.is_some() {
        differ("error", format!("{:?}", said.error), format!("{:?}", measured.error));
    }
    let (a, b) = (&said.effect, &measured.effect);
    differ("locks", locks(said), locks(measured));
    differ("rewrites", names(&a.rewrites), names(&b.rewrites));
    differ("scans", names(&a.scans), names(&b.scans));
    differ("index builds", a.index_builds.to_string(), b.index_builds.to_string());
    if !(tally.lenient && a.data_loss) {
        differ("data loss", a.data_loss.to_string(), b.data_loss.to_string());
    }
    if !lines.is_empty() {
        tally.differences.push(format!("{place}\n{}", lines.join("\n")));
    }
}

/// Whether a statement failed on the values of rows.
fn is_of_data(error: &str) -> bool {
    let words = [
        "contains null values",
        "violates",
        "out of range",
        "invalid input syntax",
        "could not create unique index",
        "value too long",
        "is violated by some row",
        "invalid input value",
        "malformed",
        // `cannot_cast_jsonb_value` in jsonb.c; what no row can be cast from says "cannot cast type jsonb".
        "cannot cast jsonb ",
    ];
    words.iter().any(|word| error.contains(word))
}

fn locks(statement: &Statement) -> String {
    let locks = statement.effect.locks.iter().map(|lock| format!("{} {}", lock.relation, lock.mode.sql()));
    locks.collect::<Vec<_>>().join(", ")
}

fn names(names: &[model::Name]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
