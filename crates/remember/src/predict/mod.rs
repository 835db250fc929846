//! `memory predict`: how long it will take, how long it will hold its lock, and what that rests on.

mod foretell;
pub(crate) mod times;

use jiff::Timestamp;
use model::{Direction, Fault, LockMode, Operation, PhaseName, Prediction};
use serde::Serialize;

use crate::statistics::{Paces, observe, prefer_real};
use crate::store::Selection;
use crate::timing::{Quantiles, TimeModel};
use crate::{Kind, Memory, TableName};
pub(crate) use foretell::foretell;

/// The newest observations of an operation that a prediction looks at.
const OBSERVATIONS_MAX: u32 = 2_000;

/// The newest steps, of any operation, that tell how fast the server works of late.
const PACE_STEPS: u32 = 400;

/// What is to be predicted. With a phase it is one step, without one a whole change: all steps of
/// its recipe, from expand to contract.
#[derive(Debug, Clone)]
pub struct PredictQuery {
    /// The operation.
    pub operation: Operation,
    /// The recipe; the one used last where none.
    pub recipe: Option<String>,
    /// The phase of the step.
    pub phase: Option<PhaseName>,
    /// The strongest lock of the step; any where none.
    pub lock: Option<LockMode>,
    /// Forward or back.
    pub direction: Direction,
    /// The table.
    pub table: Option<TableName>,
    /// Its rows; as many as when it was last seen where none.
    pub rows: Option<f64>,
    /// Its size with indexes and TOAST, in bytes; told from its rows where none.
    pub total_bytes: Option<f64>,
    /// The database as receipts name it.
    pub database: Option<String>,
    /// The server's major version.
    pub server_major: Option<u32>,
}

impl PredictQuery {
    /// Asks for an operation, and knows nothing else.
    pub fn new(operation: Operation) -> Self {
        Self {
            operation,
            recipe: None,
            phase: None,
            lock: None,
            direction: Direction::Forward,
            table: None,
            rows: None,
            total_bytes: None,
            database: None,
            server_major: None,
        }
    }
}

/// What `memory predict` answers. Times are none where the ledger knows nothing like it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Foretold {
    /// The whole of it, in ms.
    pub ms: Option<Quantiles>,
    /// The longest that locks are held at once, in ms.
    pub lock_hold_ms: Option<Quantiles>,
    /// The measured times it rests on.
    pub n: usize,
    /// What it rests on, in words.
    pub basis: String,
    /// The recipe it is for.
    pub recipe: Option<String>,
    /// The model that told the time.
    pub model: Option<TimeModel>,
    /// The newest runs it rests on.
    pub runs: Vec<String>,
}

impl Foretold {
    fn unknown(recipe: Option<String>, basis: String) -> Self {
        Self { ms: None, lock_hold_ms: None, n: 0, basis, recipe, model: None, runs: Vec::new() }
    }

    /// The prediction as a plan carries it; none where nothing is known.
    pub fn prediction(&self) -> Option<Prediction> {
        let (ms, hold) = (self.ms?.interval(), self.lock_hold_ms?.interval());
        Some(Prediction { ms, lock_hold_ms: hold, basis: self.basis.clone() })
    }
}

impl Memory {
    /// How long a step or a change will take, from those like it that ran.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn predict(&self, query: &PredictQuery) -> Result<Foretold, Fault> {
        let operation = Some(query.operation.name().to_owned());
        let observations =
            self.with_store(|store| observe(store, self.tenant(), operation, Some(OBSERVATIONS_MAX)))?;
        let at = Timestamp::now();
        let known = (&self.ends_of_tables()?, &self.paces(at)?);
        Ok(foretell(&prefer_real(observations), known, query, at))
    }

    /// How fast steps went of late. Nothing is read but a moment where none has run for so long that it would say
    /// nothing.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn paces(&self, at: Timestamp) -> Result<Paces, Fault> {
        let since = at.checked_sub(Paces::MEMORY).unwrap_or(Timestamp::MIN);
        let recent =
            Selection { kind: Some(Kind::Step), since: Some(since), limit: Some(1), ..Selection::default() };
        if self.entries(&recent)?.is_empty() {
            return Ok(Paces::default());
        }
        let newest = self.with_store(|store| observe(store, self.tenant(), None, Some(PACE_STEPS)))?;
        Ok(Paces::of(newest.iter().filter(|one| !one.is_rehearsal())))
    }
}
