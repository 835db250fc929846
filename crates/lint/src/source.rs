//! The files of a run: what they are, which of them are migrations, and in what order they run.

/// A file of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path, as findings name it.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Whether it ran before: it tells what exists, its tables may hold rows, and nothing is reported.
    pub applied: bool,
}

impl SourceFile {
    /// A file to be linted.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into(), applied: false }
    }

    /// A file that ran before.
    #[must_use]
    pub fn applied(mut self) -> Self {
        self.applied = true;
        self
    }
}

/// Whether a file takes a migration back: `….down.sql`, `down.sql`, Flyway's `U2__name.sql`.
pub fn undoes(path: &str) -> bool {
    let file = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let flyway = file.starts_with('U') && crate::runner::is_flyway(file);
    flyway || file == "down.sql" || file.ends_with(".down.sql")
}

/// What to sort paths by, so that files come in the order in which they run: numbers in names by their value,
/// Flyway's versions part by part, its repeatable migrations last.
pub fn run_order(path: &str) -> impl Ord + use<> {
    let (folder, file) = path.rsplit_once(['/', '\\']).unwrap_or(("", path));
    let repeatable = file.starts_with("R__") && crate::runner::is_flyway(file);
    let version = match file.split_once("__") {
        Some((version, _)) if crate::runner::is_flyway(file) => numbers(version),
        _ => Vec::new(),
    };
    (by_value(folder), repeatable, version, by_value(file))
}

fn numbers(text: &str) -> Vec<u64> {
    let parts = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    parts.map(|part| part.parse().unwrap_or(u64::MAX)).collect()
}

/// Words and numbers in turn.
fn by_value(text: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let word = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let digits = rest[word..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |end| word + end);
        let number = rest[word..digits].parse().unwrap_or(u64::MAX);
        parts.push((rest[..word].to_owned(), if word == digits { 0 } else { number }));
        rest = &rest[digits..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_in_the_order_they_run() {
        let mut paths = [
            "db/R__views.sql",
            "db/V10__c.sql",
            "db/V2__b.sql",
            "db/V2.1__b.sql",
            "a/10_x.sql",
            "a/9_x.sql",
            "a/0001_b.sql",
            "a/20240101120000_z/migration.sql",
        ];
        paths.sort_by_key(|path| run_order(path));
        assert_eq!(
            paths,
            [
                "a/0001_b.sql",
                "a/9_x.sql",
                "a/10_x.sql",
                "a/20240101120000_z/migration.sql",
                "db/V2__b.sql",
                "db/V2.1__b.sql",
                "db/V10__c.sql",
                "db/R__views.sql",
            ]
        );
    }

    #[test]
    fn what_goes_back_is_known_by_its_name() {
        assert!(undoes("m/1_a.down.sql") && undoes("m/2024_a/down.sql") && undoes("U2__b.sql"));
        assert!(!undoes("m/1_a.up.sql") && !undoes("Users__b.sql") && !undoes("shutdown.sql"));
    }
}
