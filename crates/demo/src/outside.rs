//! What is looked at from outside: by the rows of the untouched copy and by the application's own meaning,
//! without anything that the plan made.

pub(crate) mod enforcement;
mod funds;
mod spellings;

use connect::Session;
use model::{Fault, Sql};
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use traffic::Books;

use crate::stage::Stage;
use crate::{DemoOptions, Scenario};

/// One thing that was looked at from outside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What was found, in a sentence.
    pub what: String,
    /// Whether it is as it must be.
    pub holds: bool,
}

/// After the way back: the rows are those of the start, with what was written since.
pub(crate) async fn after_way_back(
    stage: &Stage,
    options: &DemoOptions,
    books: &Books,
) -> Result<Vec<Proof>, Fault> {
    match options.scenario {
        Scenario::Stages => Ok(vec![spellings::after_way_back(stage, books).await?]),
        Scenario::Vintage | Scenario::Cascade => Ok(Vec::new()),
    }
}

/// At the end: the rows are as the change wants them.
pub(crate) async fn at_end(stage: &Stage, options: &DemoOptions, books: &Books) -> Result<Vec<Proof>, Fault> {
    match options.scenario {
        Scenario::Vintage => Ok(Vec::new()),
        Scenario::Stages => Ok(vec![spellings::at_end(stage, books).await?]),
        Scenario::Cascade => funds::at_end(stage).await,
    }
}

async fn rows(session: &Session, query: &Sql) -> Result<Vec<Row>, Fault> {
    let rows = session.query(query.as_str(), &[]).await;
    rows.map_err(|error| connect::fault("demo.outside", "the rows cannot be looked at from outside", &error))
}
