//! What the demo asks of the pipeline.

use std::future::Future;
use std::path::{Path, PathBuf};
use std::process::Command;

use connect::{Session, Target};
use model::{Assessment, Fault, Fingerprint, PhaseName, Plan, Progress, RunOutcome, StepReceipt};
use serde::{Deserialize, Serialize};
use shadow::{Database, Shadow};

/// The stages of the pipeline as the demo drives them. Each is what the command of the same name does,
/// with the same checks, journal and memory.
pub trait Pipeline: Send + Sync {
    /// What a direct push would change, and how risky it is.
    fn check(&self, database: &Target, wanted: &Path) -> impl Future<Output = Result<Assessment, Fault>>;

    /// Makes a plan and writes its folder, which does not exist yet. Settings that tell what schemas do not
    /// say are in `lockkeeper.toml` beside the wanted schema, where there are any.
    fn plan(
        &self,
        database: &Target,
        wanted: &Path,
        folder: &Path,
    ) -> impl Future<Output = Result<Plan, Fault>>;

    /// Rehearses the plan, forward and back, on a copy of the database that nobody else uses, on a server where
    /// more copies can be made. What the copy looks like afterwards does not matter.
    fn rehearse(
        &self,
        plan: &Path,
        server: &Shadow,
        copy: &Database,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<Rehearsed, Fault>>;

    /// Applies the plan to its end or to the end of a phase, or resumes it where an earlier run was
    /// interrupted. Naming a phase says that the gates up to it are open.
    fn apply(
        &self,
        plan: &Path,
        database: &Target,
        until: Option<PhaseName>,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<Applied, Fault>>;

    /// The command that applies the plan as [`Pipeline::apply`] does, in a process of its own which the
    /// demo kills: this program with the arguments and the environment it needs. It must not ask anything.
    ///
    /// # Errors
    /// When this program's own file is not known.
    fn apply_command(
        &self,
        plan: &Path,
        database: &Target,
        until: Option<PhaseName>,
    ) -> Result<Command, Fault>;

    /// The id of the step that the journal says is under way in the session's database: begun, and not
    /// known to have ended. Asked every few milliseconds.
    fn step_under_way(&self, session: &Session) -> impl Future<Output = Result<Option<String>, Fault>>;

    /// Takes back what the plan did, down to the end of a phase, or everything.
    fn rollback(
        &self,
        plan: &Path,
        database: &Target,
        to: Option<PhaseName>,
        progress: &dyn Progress,
    ) -> impl Future<Output = Result<Applied, Fault>>;

    /// Compares the live schema with the wanted one.
    fn verify(&self, database: &Target, wanted: &Path) -> impl Future<Output = Result<Verified, Fault>>;

    /// The fingerprint of the live schema, without the journal's own.
    fn fingerprint(&self, database: &Target) -> impl Future<Output = Result<Fingerprint, Fault>>;

    /// What the memory holds of the demo's runs.
    fn remembered(&self) -> impl Future<Output = Result<Remembered, Fault>>;
}

/// What a rehearsal proved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rehearsed {
    /// Whether the plan arrived at the wanted schema.
    pub arrived: bool,
    /// Whether every way back led to the schema and the rows of the start.
    pub rolled_back: bool,
    /// The confidence it earned, 0 to 100; none where it earned none.
    pub confidence: Option<f64>,
    /// What else is worth a line.
    pub notes: Vec<String>,
}

/// What one run of a plan did, forward or back.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The run's id.
    pub run: String,
    /// How it ended.
    pub outcome: RunOutcome,
    /// A receipt for every attempt of every step that this process made.
    pub steps: Vec<StepReceipt>,
}

/// How the live schema compares with the wanted one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verified {
    /// Whether they are equal.
    pub equal: bool,
    /// The differences, a line each; what else a verification found wrong is among them.
    pub differences: Vec<String>,
}

/// What the memory holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// Receipts of steps that these runs added.
    pub receipts: u64,
    /// The ledger's file.
    pub place: PathBuf,
    /// The command that shows them.
    pub command: String,
}
