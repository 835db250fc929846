//! What can go wrong with a statement, as the run has to tell it apart.

use connect::{describe, outline, sqlstate};
use model::{DEMAND_SQLSTATE, Fault};
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity};

/// Why a statement, or what was made of several, did not succeed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The connection is gone; whether the statement had its effect is not known.
    Lost(Fault),
    /// A lock was not to be had, or a deadlock was avoided; the transaction is rolled back.
    Lock {
        /// The SQLSTATE.
        sqlstate: String,
    },
    /// The statement was cancelled; the transaction is rolled back.
    Cancelled,
    /// The server, or this program, refused; the transaction is rolled back.
    Refused {
        /// What to tell the user.
        fault: Fault,
        /// The server's word for it.
        sqlstate: Option<String>,
    },
}

impl Failure {
    /// A refusal that does not come from the server.
    pub(crate) fn refused(fault: Fault) -> Self {
        Self::Refused { fault, sqlstate: None }
    }

    /// The fault to show where the difference does not matter.
    pub(crate) fn into_fault(self) -> Fault {
        match self {
            Self::Lost(fault) | Self::Refused { fault, .. } => fault,
            Self::Lock { sqlstate } => {
                Fault::new("apply.lock_timeout", format!("a lock was not to be had (SQLSTATE {sqlstate})"))
            }
            Self::Cancelled => Fault::new("apply.cancelled", "the statement was cancelled"),
        }
    }

    /// The SQLSTATE, where there is one.
    pub(crate) fn sqlstate(&self) -> Option<&str> {
        match self {
            Self::Lost(_) => None,
            Self::Lock { sqlstate } => Some(sqlstate),
            Self::Cancelled => Some("57014"),
            Self::Refused { sqlstate, .. } => sqlstate.as_deref(),
        }
    }

    /// Says where it happened, where it is for people.
    pub(crate) fn at(self, place: &str) -> Self {
        match self {
            Self::Refused { fault, sqlstate } if fault.place.is_none() => {
                Self::Refused { fault: fault.at(place), sqlstate }
            }
            other => other,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let Some(db) = error.as_db_error() else {
            return Self::Lost(lost(&describe(&error)));
        };
        let fatal = matches!(db.parsed_severity(), Some(Severity::Fatal | Severity::Panic));
        let state = db.code().code();
        match state {
            // Class 57P is the server going away, class 08 the connection.
            _ if fatal || state.starts_with("57P") || state.starts_with("08") => {
                Self::Lost(lost(&describe(&error)))
            }
            "55P03" | "40P01" | "40001" => Self::Lock { sqlstate: state.to_owned() },
            "57014" => Self::Cancelled,
            DEMAND_SQLSTATE => Self::Refused { fault: unmet(db), sqlstate: Some(state.to_owned()) },
            _ => {
                Self::Refused { fault: refused(state, &error), sqlstate: sqlstate(&error).map(str::to_owned) }
            }
        }
    }
}

/// A step found something that is not as the plan demands: a gate that is not passed.
fn unmet(db: &DbError) -> Fault {
    let fault = Fault::gate("apply.demand", db.message());
    match db.hint() {
        Some(hint) => fault.help(hint),
        None => fault,
    }
}

fn refused(state: &str, error: &Error) -> Fault {
    let outline = outline(error);
    let fault = Fault::new("apply.refused", format!("the server refused the statement: {outline}"));
    // Details, hints and quoted values are for the terminal alone.
    let whole = describe(error);
    let fault = if whole == outline { fault } else { fault.cause(whole) };
    match state {
        "53100" => fault.help(
            "make room on the server's disk, then run the same command again: it goes on from where it stands",
        ),
        _ => fault,
    }
}

fn lost(why: &str) -> Fault {
    Fault::new("apply.connection", "the connection to the server was lost")
        .cause(why.to_owned())
        .help("run the same command again: it goes on where the journal says")
}
