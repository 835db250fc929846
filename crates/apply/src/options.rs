//! How a run is to be made, and who is told.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use connect::Session;
use model::{Fault, Fingerprint, PhaseName, StepReceipt};
use tokio::sync::watch;

use crate::machine::{Command, Event};

/// What a [`Guard`] answers with.
pub type GuardFuture<'a> = Pin<Box<dyn Future<Output = Result<Fingerprint, Fault>> + Send + 'a>>;

/// Tells the fingerprint of the live schema, so that a run refuses a schema it was not planned for.
/// Schema `lockkeeper` takes no part in it.
pub trait Guard: Send + Sync {
    /// The fingerprint of the schema that the session is connected to.
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a>;
}

/// Asks a run to stop at the next safe point. Clones ask the same run.
#[derive(Clone)]
pub struct StopFlag(Arc<watch::Sender<bool>>);

impl StopFlag {
    /// A flag that is not raised.
    pub fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    /// Raises it for good.
    pub fn raise(&self) {
        self.0.send_replace(true);
    }

    /// Whether it is raised.
    pub fn is_raised(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is raised.
    pub async fn raised(&self) {
        // The sender lives as long as this flag does, so waiting cannot fail.
        let _ = self.0.subscribe().wait_for(|raised| *raised).await;
    }
}

impl Default for StopFlag {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for StopFlag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StopFlag({})", self.is_raised())
    }
}

/// One transition of a run: what is about to be done, or how it went.
#[derive(Debug, Clone, Copy)]
pub enum Moment<'a> {
    /// This command is about to be carried out.
    Before(Command),
    /// This command was answered so.
    After(Command, &'a Event),
}

/// How a run is to be made.
pub struct ApplyOptions<'a> {
    /// The last phase to do. Naming one says that the gates up to it are open; without it a run stops at
    /// the first gate, and before `cleanup` in any case.
    pub until: Option<PhaseName>,
    /// The hash of the plan that was approved.
    pub approve: Option<Fingerprint>,
    /// Whether the plan may run only with `approve`.
    pub approval_required: bool,
    /// Who approved it and when, for the journal.
    pub approved_by: Option<String>,
    /// Why it is carried out without a rehearsal, for the journal.
    pub unrehearsed: Option<String>,
    /// The environment by its name in `lockkeeper.toml`.
    pub environment: String,
    /// Whether this is a rehearsal on a throwaway server.
    pub rehearsal: bool,
    /// Check everything, send nothing.
    pub dry_run: bool,
    /// Whether to measure what an application feels.
    pub stall: bool,
    /// How long the baseline of the stall is measured before the first step, in ms.
    pub baseline_ms: u64,
    /// How long one step may try to get its locks, in ms.
    pub lock_patience_ms: u64,
    /// How many sessions fill a table at once: 1 or 2. A second one takes another core of the server.
    pub workers: u32,
    /// How long a lost server is waited for, in ms.
    pub reconnect_patience_ms: u64,
    /// Asks the run to stop at the next safe point.
    pub stop: StopFlag,
    /// Hears each receipt when it is complete.
    pub on_receipt: Box<dyn FnMut(&StepReceipt) + Send + Sync + 'a>,
    /// Hears each transition, before and after.
    pub on_moment: Box<dyn FnMut(Moment<'_>) + Send + Sync + 'a>,
}

impl Default for ApplyOptions<'_> {
    fn default() -> Self {
        Self {
            until: None,
            approve: None,
            approval_required: false,
            approved_by: None,
            unrehearsed: None,
            environment: "unknown".to_owned(),
            rehearsal: false,
            dry_run: false,
            stall: true,
            baseline_ms: 200,
            lock_patience_ms: 300_000,
            workers: 1,
            reconnect_patience_ms: 60_000,
            stop: StopFlag::new(),
            on_receipt: Box::new(|_| {}),
            on_moment: Box::new(|_| {}),
        }
    }
}
