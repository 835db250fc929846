//! The memory of migrations: ledger, statistics, lessons.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod advice;
mod backtest;
mod confidence;
mod describe;
mod document;
mod entry;
mod experience;
mod explain;
mod filing;
mod forget;
mod lesson;
mod list;
mod meaning;
mod memory;
mod options;
mod outcome;
mod predict;
mod records;
mod redact;
mod reembed;
mod search;
mod spool;
mod statistics;
mod store;
mod table;
mod tenant;
mod timing;
mod transfer;

pub use backtest::{Backtest, Split, Told};
pub use confidence::confidence;
pub use document::{Document, Measures};
pub use entry::{Body, Entry, Kind};
pub use experience::{Experience, ExperienceQuery, Hint};
pub use explain::{Explanation, Score};
pub use forget::{Forget, Forgotten};
pub use lesson::{Added, Conditions, Lesson, Origin, State};
pub use list::{ListQuery, Listing, Summary};
pub use meaning::{Embedder, Endpoint, StaticTable};
pub use memory::{Memory, Recorded};
pub use options::{Options, StoreChoice};
pub use outcome::Outcome;
pub use predict::{Foretold, PredictQuery};
pub use records::{PredictionRecord, RehearsalRecord, RehearsedPhase};
pub use reembed::{Embedded, INDEXED_FROM};
pub use search::{Found, Match, Mode, RESULTS};
pub use statistics::{
    Activity, ActivityTimes, ConstraintFailures, Hindsight, IndexBuildRate, LockHour, LockPattern, Measured,
    Scores, Statistics, StatisticsQuery, StrategyCount, Threshold,
};
pub use store::Selection;
pub use table::TableName;
pub use tenant::Tenant;
pub use timing::{Quantiles, TimeModel};
pub use transfer::Imported;
