//! The first words of a statement, where what to measure depends on them.

/// The statement's words in lower case, comments aside; as many as anybody here asks for.
fn words(sql: &str) -> Vec<String> {
    let rest = skip_comments(sql);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    rest.split(|c: char| !is_word(c)).filter(|word| !word.is_empty()).take(4).map(str::to_lowercase).collect()
}

fn first(sql: &str) -> String {
    words(sql).into_iter().next().unwrap_or_default()
}

/// The text from its first token on.
fn skip_comments(sql: &str) -> &str {
    let mut rest = sql.trim_start();
    loop {
        rest = if rest.starts_with("--") {
            rest.find('\n').map_or("", |end| &rest[end..]).trim_start()
        } else if rest.starts_with("/*") {
            after_block_comment(rest).trim_start()
        } else {
            return rest;
        };
    }
}

/// Block comments nest in PostgreSQL.
fn after_block_comment(text: &str) -> &str {
    let mut depth = 0u32;
    let bytes = text.as_bytes();
    let mut at = 0;
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => (depth, at) = (depth + 1, at + 2),
            b"*/" => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return &text[at..];
        }
    }
    ""
}

/// Whether it writes tables anew without saying "rewriting".
pub(crate) fn packs(sql: &str) -> bool {
    matches!(first(sql).as_str(), "vacuum" | "cluster" | "repack")
}

/// Whether it is a `VACUUM`.
pub(crate) fn vacuums(sql: &str) -> bool {
    first(sql) == "vacuum"
}

/// Whether it writes the catalogs anew too: a commit of it that waited for our look at its locks would
/// keep that look waiting for those.
pub(crate) fn packs_everything(sql: &str) -> bool {
    let everything = |action: &parse::Action| match &action.verb {
        parse::Verb::Maintain(it) => {
            it.task == parse::Task::VacuumFull && it.target == parse::MaintainTarget::Database
        }
        _ => false,
    };
    packs(sql) && parse::parse(sql).statements.iter().flat_map(|it| &it.actions).any(everything)
}

/// Whether it passes over what it would have to wait for.
pub(crate) fn skips_locked(sql: &str) -> bool {
    sql.to_lowercase().contains("skip_locked")
}

/// Whether it runs code that may do anything.
pub(crate) fn calls(sql: &str) -> bool {
    matches!(first(sql).as_str(), "do" | "call")
}

/// Whether it is an `UPDATE`.
pub(crate) fn updates(sql: &str) -> bool {
    first(sql) == "update"
}

/// Whether the server takes it in a transaction block only.
pub(crate) fn wants_block(sql: &str) -> bool {
    matches!(first(sql).as_str(), "lock" | "declare")
}

/// Whether it waits for rows that a file of statements does not bring.
pub(crate) fn reads_stdin(sql: &str) -> bool {
    let lower = sql.to_lowercase();
    first(sql) == "copy" && lower.split_whitespace().any(|word| word.trim_end_matches(';') == "stdin")
}

/// Whether it sends rows in a way of its own.
pub(crate) fn writes_stdout(sql: &str) -> bool {
    let lower = sql.to_lowercase();
    first(sql) == "copy" && lower.split_whitespace().any(|word| word.trim_end_matches(';') == "stdout")
}

/// What a statement does to transactions and settings, which is not measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`, `PREPARE TRANSACTION`.
    Commit,
    /// `ROLLBACK`, `ABORT`.
    Rollback,
    /// `SAVEPOINT`, `RELEASE`, `ROLLBACK TO`.
    Savepoint,
    /// `SET LOCAL`, `SET TRANSACTION`, `SET CONSTRAINTS`: for the rest of the transaction.
    SetLocal,
    /// `SET`, `RESET`, `SHOW`, `DISCARD`: for the rest of the session.
    Set,
}

/// The control a statement exerts, where it is one that does.
pub(crate) fn control(sql: &str) -> Option<Control> {
    let words = words(sql);
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    Some(match (word(0), word(1)) {
        ("begin", _) | ("start", "transaction") => Control::Begin,
        ("commit" | "end", _) | ("prepare", "transaction") => Control::Commit,
        ("rollback" | "abort", "to") | ("savepoint" | "release", _) => Control::Savepoint,
        ("rollback", "work" | "transaction") if word(2) == "to" => Control::Savepoint,
        ("rollback" | "abort", _) => Control::Rollback,
        ("set", "local" | "transaction" | "constraints") => Control::SetLocal,
        ("set" | "reset" | "show" | "discard", _) => Control::Set,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_hide_no_word() {
        for text in ["VACUUM t", "-- a\n  vacuum", "/* a /* b */ c */ VaCuUm (FULL)", "/* -- */\n--x\nvacuum"]
        {
            assert!(packs(text), "{text}");
        }
        for text in ["", "--", "/* vacuum", "-- vacuum", "SELECT 'vacuum'"] {
            assert!(!packs(text), "{text}");
        }
    }

    #[test]
    fn control_is_told_apart() {
        for (text, wanted) in [
            ("BEGIN", Control::Begin),
            ("start transaction isolation level serializable", Control::Begin),
            ("END;", Control::Commit),
            ("ROLLBACK", Control::Rollback),
            ("rollback to savepoint a", Control::Savepoint),
            ("ROLLBACK WORK TO a", Control::Savepoint),
            ("SET LOCAL lock_timeout = 1", Control::SetLocal),
            ("set lock_timeout to 1", Control::Set),
        ] {
            assert_eq!(control(text), Some(wanted), "{text}");
        }
        assert_eq!(control("SELECT 1"), None);
    }
}
