//! One session of the application, with its prepared statements.

use std::collections::BTreeMap;
use std::error::Error;

use connect::{Session, Target};
use model::Fault;
use tokio_postgres::Row;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, ToSql, Type, to_sql_checked};

use crate::Statement;

/// How the application's sessions are called in `pg_stat_activity`.
pub(crate) const APPLICATION_NAME: &str = "lockkeeper traffic";

/// How often a statement is prepared anew before that counts as a failure: a migration's next step may
/// change its table once more between preparing and executing.
const PREPARED_ANEW_MAX: u32 = 3;

/// How a statement ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server acknowledged it; a write returned this text, if it found its row.
    Acknowledged(Option<String>),
    /// The server refused it: nothing of it happened.
    Refused {
        /// SQLSTATE.
        sqlstate: String,
        /// The server's message.
        message: String,
    },
    /// No answer came: whether it happened is not known.
    Unanswered {
        /// What became of the connection.
        message: String,
    },
    /// It could not be sent: nothing of it happened.
    Unsent {
        /// Why not.
        message: String,
    },
}

/// A session that prepares each statement once and opens itself again when it is lost.
#[derive(Debug)]
pub(crate) struct Line {
    target: Target,
    session: Option<Session>,
    prepared: BTreeMap<String, tokio_postgres::Statement>,
}

/// Whether the statements have to fit the schema when a session is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    /// They must.
    Must,
    /// A migration is under way, and it is what is to be found out.
    May,
}

impl Line {
    /// Opens a session and prepares the statements.
    pub(crate) async fn open(target: &Target, statements: &[&Statement], fit: Fit) -> Result<Self, Fault> {
        let session = connect::connect(target, APPLICATION_NAME).await?;
        let mut prepared = BTreeMap::new();
        for statement in statements {
            match session.prepare(statement.sql.as_str()).await {
                Ok(ready) => {
                    prepared.insert(statement.sql.as_str().to_owned(), ready);
                }
                Err(error) if fit == Fit::Must => {
                    let what = format!("the traffic's statement {} cannot be prepared", statement.name);
                    return Err(connect::fault("traffic.prepare", what, &error));
                }
                // It fails when it is sent, and is counted then.
                Err(_) => {}
            }
        }
        Ok(Self { target: target.clone(), session: Some(session), prepared })
    }

    /// Runs a statement, again where drivers do; says whether it was run again.
    pub(crate) async fn run(&mut self, statement: &Statement, values: &[String]) -> (Outcome, bool) {
        let session = match self.ready().await {
            Ok(session) => session,
            Err(fault) => return (Outcome::Unsent { message: fault.what }, false),
        };
        let mut answer = execute(&session, &mut self.prepared, statement, values).await;
        let mut again = 0;
        while again < PREPARED_ANEW_MAX && answer.as_ref().is_err_and(is_stale_plan) {
            self.prepared.remove(statement.sql.as_str());
            answer = execute(&session, &mut self.prepared, statement, values).await;
            again += 1;
        }
        self.session = Some(session);
        (outcome(answer), again > 0)
    }

    /// The session, opened anew where the last one was lost.
    async fn ready(&mut self) -> Result<Session, Fault> {
        match self.session.take().filter(|session| !session.is_closed()) {
            Some(session) => Ok(session),
            None => {
                self.prepared.clear();
                connect::connect(&self.target, APPLICATION_NAME).await
            }
        }
    }
}

async fn execute(
    session: &Session,
    prepared: &mut BTreeMap<String, tokio_postgres::Statement>,
    statement: &Statement,
    values: &[String],
) -> Result<Vec<Row>, tokio_postgres::Error> {
    let sql = statement.sql.as_str();
    let ready = match prepared.get(sql) {
        Some(ready) => ready.clone(),
        None => {
            let ready = session.prepare(sql).await?;
            prepared.insert(sql.to_owned(), ready.clone());
            ready
        }
    };
    let texts: Vec<TextValue<'_>> = values.iter().map(|value| TextValue(value)).collect();
    let parameters: Vec<&(dyn ToSql + Sync)> = texts.iter().map(|text| text as _).collect();
    session.query(&ready, &parameters).await
}

fn outcome(answer: Result<Vec<Row>, tokio_postgres::Error>) -> Outcome {
    match answer {
        // Reads may return anything first; only a write's text is kept.
        Ok(rows) => Outcome::Acknowledged(rows.first().and_then(|row| row.try_get::<_, String>(0).ok())),
        Err(error) => match error.as_db_error() {
            // The backend was ended: with synchronous replication a commit may stand all the same.
            Some(db) if ["57P01", "57P02"].contains(&db.code().code()) => {
                Outcome::Unanswered { message: connect::describe(&error) }
            }
            Some(db) => {
                Outcome::Refused { sqlstate: db.code().code().to_owned(), message: db.message().to_owned() }
            }
            None => Outcome::Unanswered { message: connect::describe(&error) },
        },
    }
}

/// Whether the statement's result has other columns than when it was prepared ("cached plan must not
/// change result type"). The message is translated, the routine is not.
fn is_stale_plan(error: &tokio_postgres::Error) -> bool {
    error
        .as_db_error()
        .is_some_and(|db| db.code().code() == "0A000" && db.routine() == Some("RevalidateCachedQuery"))
}

/// A value sent as text, whatever type the server has inferred for its parameter.
#[derive(Debug)]
struct TextValue<'a>(&'a str);

impl ToSql for TextValue<'_> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(self.0.as_bytes());
        Ok(IsNull::No)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }

    to_sql_checked!();
}
