//! What a server's error says, in full, for people.

use std::error::Error as _;

use model::Fault;
use tokio_postgres::Error;

/// The five-character SQLSTATE of an error that the server sent; nothing for errors of the connection.
pub fn sqlstate(error: &Error) -> Option<&str> {
    error.code().map(|code| code.code())
}

/// An error in words: the server's message, detail, hint, context and SQLSTATE, or what happened to
/// the connection with its causes.
pub fn describe(error: &Error) -> String {
    let Some(db) = error.as_db_error() else { return with_causes(error) };
    let mut text = format!("{} (SQLSTATE {})", db.message(), db.code().code());
    let parts = [("detail", db.detail()), ("hint", db.hint()), ("context", db.where_())];
    for (name, part) in parts {
        if let Some(part) = part {
            text.push_str(&format!("; {name}: {part}"));
        }
    }
    text
}

/// What a server's error says without values of rows, for what is kept: the message and SQLSTATE. The messages of class
/// 22 (data exceptions) and of raised exceptions quote values; of these only the SQLSTATE is told.
pub fn outline(error: &Error) -> String {
    let Some(db) = error.as_db_error() else { return with_causes(error) };
    let state = db.code().code();
    match &state[..2] {
        "22" => format!("a value of the rows does not fit (SQLSTATE {state})"),
        "P0" => format!("an exception was raised (SQLSTATE {state})"),
        _ => format!("{} (SQLSTATE {state})", db.message()),
    }
}

/// A fault of this kind about a failed statement: `what` is what was being done, the cause is what
/// [`describe`] says.
pub fn fault(kind: &'static str, what: impl Into<String>, error: &Error) -> Fault {
    Fault::new(kind, what).cause(describe(error))
}

fn with_causes(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // tokio-postgres repeats the cause in its own text; say each thing once.
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
