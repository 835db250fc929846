//! The memory of migrations: every migration makes the next one safer.
//!
//! Three layers. The **ledger** is typed and append-only: runs, receipts of steps, predictions, rehearsals,
//! lessons. **Statistics** are what the ledger says when it is counted, and are never stored. **Lessons**
//! are short texts with typed conditions, learned by rules from finished runs or told by people.
//!
//! A memory belongs to one [`Tenant`] and is kept in one SQLite file ([`Options::project`]) or in a team's
//! PostgreSQL ([`Options::team`]), with the same behaviour. No row values, no literals of statements and no
//! secrets are kept; there is no network unless an [`Endpoint`] or a team's database is named.
//!
//! # Tell, find
//!
//! ```
//! use remember::{Memory, Options};
//! # fn main() -> Result<(), model::Fault> {
//! # let folder = tempfile::tempdir().unwrap();
//! let memory = Memory::open(&Options::project(folder.path()))?;
//! let told = br#"{"type": "safety-pattern", "operation": "CREATE_INDEX", "table": "funds", "rowCount": 5000000,
//!                 "text": "a report that ran at noon kept the index build waiting"}"#;
//! memory.add(&mut &told[..])?;
//!
//! let found = memory.search("operation:CREATE_INDEX rows:>1M slow reporting query", 5)?;
//! assert_eq!(found.results.len(), 1);
//! assert!(found.results[0].why.iter().any(|why| why == "rows:>1M: 5.0 M rows"));
//! # Ok(()) }
//! ```
//!
//! # The grammar of questions
//!
//! | written | asks for |
//! |---|---|
//! | `field:value`, `field:"two words"` | that value; capitals do not matter, but for quoted names of tables |
//! | `field:a,b` | one of several |
//! | `rows:>5M`, `bytes:<=2GB`, `stall:<1.5s`, `rows:1M..5M` | numbers, each with units; ranges hold both ends |
//! | `since:2026-11-02`, `until:30d` | moments, or ages |
//! | `-field:value`, `-word` | not that |
//! | `"two words"` | these words, one after the other |
//! | the rest | what it is about: ranked by meaning and words |
//!
//! Fields: `type`, `operation` (`op`), `recipe` (`strategy`), `table`, `rows` (`row_count`), `bytes` (`size`),
//! `ms` (`duration`), `lock_hold`, `lock_wait`, `stall`, `outcome`, `env` (`environment`), `version` (`pg`), `run`,
//! `since`, `until`, `rehearsal`, `claimed`. Where fewer than `k` documents meet every field, fields are given up
//! from `stall` to `table` in a fixed order, and [`Found::relaxed`] names them; what is excluded, a type, a run
//! and a flag never are. A question that cannot be read is a fault that points at the character.
//!
//! # Record, predict
//!
//! ```
//! use model::Operation;
//! use remember::{Memory, Options, PredictQuery};
//! # fn main() -> Result<(), model::Fault> {
//! # let folder = tempfile::tempdir().unwrap();
//! // Recording never fails its caller: what a store does not take waits in a file and is replayed once.
//! let memory = Memory::open_lazily(&Options::project(folder.path()));
//! // memory.record_run(&run); memory.record_step(&receipt); memory.record_prediction(&prediction);
//!
//! let query = PredictQuery { rows: Some(5e6), ..PredictQuery::new(Operation::CreateIndex) };
//! let foretold = memory.predict(&query)?;
//! // Unknown is said as unknown.
//! assert_eq!((foretold.ms, foretold.n), (None, 0));
//! assert_eq!(foretold.basis, "no CREATE_INDEX has run to its end yet");
//! # Ok(()) }
//! ```
//!
//! Which [`TimeModel`] tells a time is decided by [backtest](Memory::backtest), never by taste; intervals widen
//! with the distance from the sizes that were seen. While the latest steps of a database, whatever they did, take
//! twice as long as usual, the next one is told at that pace.
//!
//! # Take along, forget
//!
//! ```
//! use remember::{Forget, Memory, Options};
//! # fn main() -> Result<(), model::Fault> {
//! # let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
//! let (old, new) = (Options::project(here.path()), Options::project(there.path()));
//! let memory = Memory::open(&old)?;
//! memory.add(&mut &br#"{"type": "safety-pattern", "table": "funds", "text": "never at noon"}"#[..])?;
//!
//! let mut lines = Vec::new();
//! memory.export(&mut lines)?;
//! assert_eq!(Memory::open(&new)?.import(&mut lines.as_slice(), false)?.new, 1);
//!
//! let funds = Forget::Table("funds".parse().unwrap());
//! assert_eq!(memory.would_forget(&funds)?.entries, 1);
//! assert_eq!(memory.forget(&funds)?.entries, 1);
//! # Ok(()) }
//! ```

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
pub use search::{Found, Match, Mode, RESULTS, count_of};
pub use statistics::{
    Activity, ActivityTimes, ConstraintFailures, Hindsight, IndexBuildRate, LockHour, LockPattern, Measured,
    Scores, Statistics, StatisticsQuery, StrategyCount, Threshold,
};
pub use store::Selection;
pub use table::TableName;
pub use tenant::Tenant;
pub use timing::{Quantiles, TimeModel};
pub use transfer::Imported;
