//! The memory as its users see it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use model::{Fault, RunReceipt, StepReceipt};

use crate::filing::append;
use crate::lesson::{is_finished, learn};
use crate::records::{PredictionRecord, RehearsalRecord};
use crate::spool::Spool;
use crate::store::{PostgresStore, Selection, SqliteStore, Store};
use crate::{Body, Embedder, Entry, Kind, Options, StoreChoice, Tenant};

/// The memory of one tenant.
///
/// Recording never fails its caller: what the store does not take waits in a spool file and is
/// replayed once, by the next call that reaches the store.
pub struct Memory {
    tenant: Tenant,
    choice: StoreChoice,
    spool: Spool,
    embedder: Option<Arc<dyn Embedder>>,
    held: Mutex<Held>,
}

/// The store once it is open, and until when it is left alone after it failed.
#[derive(Default)]
struct Held {
    store: Option<Box<dyn Store>>,
    rests_until: Option<Instant>,
}

/// How long recording leaves a store alone that failed, so that a migration does not wait for it at every step.
const REST: Duration = Duration::from_secs(30);

/// What became of an entry that was to be recorded.
#[derive(Debug)]
pub enum Recorded {
    /// The store has it.
    Stored,
    /// The store has it, but its lessons could not be written, because of this.
    Unlearned(Fault),
    /// It waits in the spool file, because of this.
    Spooled(Fault),
    /// It is lost, because of this: neither the store nor the spool file could be written.
    Lost(Fault),
}

impl Recorded {
    /// What to tell a person; none where all is well.
    pub fn warning(&self) -> Option<String> {
        match self {
            Self::Stored => None,
            Self::Unlearned(fault) => {
                Some(format!("the memory keeps the run, but learned nothing of it: {fault}"))
            }
            Self::Spooled(fault) => Some(format!(
                "the memory could not be written, and the receipt waits to be replayed: {fault}"
            )),
            Self::Lost(fault) => Some(format!("a receipt is lost to the memory: {fault}")),
        }
    }
}

impl Memory {
    /// Opens a memory whose store must answer.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub fn open(options: &Options) -> Result<Self, Fault> {
        let memory = Self::open_lazily(options);
        memory.with_store(|_| Ok(()))?;
        Ok(memory)
    }

    /// A memory whose store is opened when it is first needed: for recording, which may not fail.
    pub fn open_lazily(options: &Options) -> Self {
        Self {
            tenant: options.tenant.clone(),
            choice: options.store.clone(),
            spool: Spool::new(options.spool.clone()),
            embedder: options.embedder.clone(),
            held: Mutex::default(),
        }
    }

    /// Whose memory this is.
    pub fn tenant(&self) -> &Tenant {
        &self.tenant
    }

    /// What makes vectors of texts.
    pub(crate) fn embedder(&self) -> Option<&dyn Embedder> {
        self.embedder.as_deref()
    }

    /// Records how a run stands: when it starts, whenever that changes, and when it ends.
    ///
    /// A run that has ended teaches its lessons. Where that fails the receipt is kept all the same, and
    /// [`learn_again`](Self::learn_again) makes up for it.
    pub fn record_run(&self, run: &RunReceipt) -> Recorded {
        let recorded = self.record(Body::Run(run.clone()));
        if matches!(recorded, Recorded::Stored) && is_finished(run) {
            let learned = self.with_store(|store| learn(store, self.embedder(), &self.tenant, run));
            if let Err(fault) = learned {
                return Recorded::Unlearned(fault);
            }
        }
        recorded
    }

    /// Learns from every finished run of the ledger again; what was learned before stays as it is.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn learn_again(&self) -> Result<(), Fault> {
        let selection = Selection { kind: Some(Kind::Run), ..Selection::default() };
        for entry in self.entries(&selection)? {
            if let Body::Run(run) = &entry.body
                && is_finished(run)
            {
                self.with_store(|store| learn(store, self.embedder(), &self.tenant, run))?;
            }
        }
        Ok(())
    }

    /// Records one attempt of one step.
    pub fn record_step(&self, step: &StepReceipt) -> Recorded {
        self.record(Body::Step(Box::new(step.clone())))
    }

    /// Records a prediction, before its step runs.
    pub fn record_prediction(&self, prediction: &PredictionRecord) -> Recorded {
        self.record(Body::Prediction(prediction.clone()))
    }

    /// Records what a rehearsal showed.
    pub fn record_rehearsal(&self, rehearsal: &RehearsalRecord) -> Recorded {
        self.record(Body::Rehearsal(rehearsal.clone()))
    }

    /// The entries that a selection wants.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn entries(&self, selection: &Selection) -> Result<Vec<Entry>, Fault> {
        self.with_store(|store| store.entries(&self.tenant, selection))
    }

    fn record(&self, body: Body) -> Recorded {
        let entries = [Entry::new(&self.tenant, body)];
        let stored = self.store_unless_resting(&entries);
        let Err(fault) = stored else { return Recorded::Stored };
        match self.spool.push(&entries) {
            Ok(()) => Recorded::Spooled(fault),
            Err(error) => Recorded::Lost(
                Fault::new("memory.spool", "neither the memory nor its spool file can be written")
                    .at(self.spool.path().display().to_string())
                    .cause(error),
            ),
        }
    }

    fn store_unless_resting(&self, entries: &[Entry]) -> Result<(), Fault> {
        if self.locked().rests_until.is_some_and(|end| Instant::now() < end) {
            return Err(Fault::new(
                "memory.rests",
                "the memory failed a moment ago and is left alone for now",
            ));
        }
        let stored = self.with_store(|store| append(store, self.embedder(), entries).map(drop));
        self.locked().rests_until = stored.is_err().then(|| Instant::now() + REST);
        stored
    }

    /// Works with the store, opened where it is not yet, after what waits has been replayed.
    pub(crate) fn with_store<T>(
        &self,
        work: impl FnOnce(&mut dyn Store) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut held = self.locked();
        let store = match &mut held.store {
            Some(store) => store,
            closed => closed.insert(open_store(&self.choice)?),
        };
        if self.spool.has_entries() {
            self.replay(store.as_mut())?;
        }
        work(store.as_mut())
    }

    fn replay(&self, store: &mut dyn Store) -> Result<(), Fault> {
        let replayed = self
            .spool
            .drain(|entries| append(store, self.embedder(), &entries).map(drop).map_err(Replay::Store));
        match replayed {
            Ok(_) => Ok(()),
            Err(Replay::Store(fault)) => Err(fault),
            Err(Replay::File(error)) => Err(Fault::new("memory.spool", "the spool file cannot be replayed")
                .at(self.spool.path().display().to_string())
                .cause(error)),
        }
    }

    /// A panic in another thread leaves the store usable: its transactions are whole or not there.
    fn locked(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Replay {
    Store(Fault),
    File(std::io::Error),
}

impl From<std::io::Error> for Replay {
    fn from(error: std::io::Error) -> Self {
        Self::File(error)
    }
}

fn open_store(choice: &StoreChoice) -> Result<Box<dyn Store>, Fault> {
    match choice {
        StoreChoice::Sqlite(path) => Ok(Box::new(SqliteStore::open(path)?)),
        StoreChoice::Postgres(target) => Ok(Box::new(PostgresStore::open(target)?)),
    }
}
