//! What a demo measured, as data. The text says nothing that is not in here.

mod felt;

use model::{Category, Interval, Operation, PhaseName, RiskLevel, RunOutcome};
use serde::{Deserialize, Serialize};
use traffic::Audit;

pub use self::felt::{ApplicationReport, Stall, WindowSummary};
pub(crate) use self::felt::{elapsed_ms, tenth};

use crate::gated::GateReport;
use crate::kill::KillReport;
use crate::outside::Proof;
use crate::pipeline::{Rehearsed, Remembered};

/// What a demo measured. Times are in ms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The scenario's name.
    pub scenario: String,
    /// Rows of the scenario's main table before the traffic.
    pub rows: u64,
    /// `server_version_num`: 150018 is 15.18.
    pub server_version: u32,
    /// The phases of the last, uninterrupted apply.
    pub phases: Vec<PhaseReport>,
    /// The last, uninterrupted apply from beginning to end.
    pub total_ms: f64,
    /// The plan's own statements one after the other with nothing around them, on a copy of the
    /// database, under the same traffic.
    pub bare_ms: f64,
    /// The longest that a statement of the application took while the plan was applied, killed,
    /// resumed, rolled back and applied again.
    pub stall_ms: Stall,
    /// The longest that one took in the same traffic with no migration.
    pub baseline_ms: Stall,
    /// Statements of the application that failed, baseline included.
    pub failed_statements: u64,
    /// Rows that must be there and are not.
    pub rows_lost: u64,
    /// Whether the rollback led to the schema of the start.
    pub rolled_back: bool,
    /// Whether the killed run was resumed to its end.
    pub resumed: bool,
    /// Whether the live schema equals the wanted one, and every row and value is accounted for.
    pub verified: bool,

    /// The change in a sentence.
    pub title: String,
    /// What the wanted schema was read from.
    #[serde(default)]
    pub wanted: String,
    /// Where the server's programs come from.
    pub server: String,
    /// The changes as a direct push would make them.
    pub changes: Vec<ChangeReport>,
    /// What a direct push does.
    pub push: PushReport,
    /// The plan.
    pub plan: PlanReport,
    /// What the rehearsal proved.
    pub rehearsal: RehearsalReport,
    /// The gate that waits for code, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<GateReport>,
    /// What was looked at from outside, without anything that the plan made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<Proof>,
    /// The kill in the middle.
    pub killed: KillReport,
    /// The apply that went on after the kill.
    pub resume: RunReport,
    /// The rollback.
    pub rollback: RunReport,
    /// The steps of the last, uninterrupted apply, predicted beside measured.
    pub steps: Vec<StepReport>,
    /// The plan's statements without a plan around them.
    pub bare: Statements,
    /// The textbook's plan: a nullable column, batches of 10,000 rows, the constraint, NOT NULL; none where
    /// it was not measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub textbook: Option<Statements>,
    /// What the application felt.
    pub application: ApplicationReport,
    /// What became of the rows, by table.
    pub audit: Audit,
    /// What the verification found different; empty where all is equal.
    pub differences: Vec<String>,
    /// What the memory holds of it.
    pub memory: Remembered,
}

impl Report {
    /// Whether everything went as it must.
    pub fn passed(&self) -> bool {
        let promised = self.rolled_back && self.resumed && self.verified;
        let proved = self.rehearsal.result.arrived && self.rehearsal.result.rolled_back;
        promised && proved && self.failed_statements == 0 && self.rows_lost == 0
    }

    /// The report as one page of text, up to 100 columns wide.
    pub fn text(&self) -> String {
        crate::text::page(self)
    }
}

/// One phase of the plan as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseReport {
    /// The phase.
    pub name: PhaseName,
    /// Its steps together.
    pub ms: f64,
    /// The longest time that a step held a lock that keeps readers or writers waiting.
    pub lock_hold_ms: f64,
    /// The longest time that a step queued for its locks.
    pub lock_wait_ms: f64,
}

/// One change as a direct push makes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeReport {
    /// What kind of change it is.
    pub operation: Operation,
    /// The object it changes.
    pub object: String,
    /// How bad it is.
    pub category: Category,
    /// Its risk, 0 to 100.
    pub risk: f64,
    /// The level of that risk.
    pub level: RiskLevel,
}

/// What a direct push does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PushReport {
    /// The worst category of its changes.
    pub category: Category,
    /// Its risk, 0 to 100.
    pub risk: f64,
    /// The level of that risk.
    pub level: RiskLevel,
    /// Reasons to stop, a line each.
    pub red_flags: Vec<String>,
    /// The push on a copy of the database under the same traffic; none where it was not wanted.
    pub measured: Option<Statements>,
}

/// Statements sent one after the other on a copy of the database, under the same traffic.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Statements {
    /// All of them together.
    pub ms: f64,
    /// The longest that a statement of the application took meanwhile.
    pub stall_ms: Stall,
    /// Statements of the application that failed meanwhile.
    pub failed_statements: u64,
    /// Each of them.
    pub statements: Vec<StatementReport>,
}

/// One statement as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatementReport {
    /// The statement.
    pub sql: String,
    /// How long it took.
    pub ms: f64,
    /// Why it failed, where it did.
    pub error: Option<String>,
}

/// The plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanReport {
    /// Its hash.
    pub hash: String,
    /// How many steps it has.
    pub steps: usize,
    /// Its own risk, 0 to 100.
    pub risk: f64,
    /// The level of that risk.
    pub level: RiskLevel,
    /// What the reader should know.
    pub notes: Vec<String>,
    /// Where the plan's folder was kept, if it was.
    pub folder: Option<String>,
}

/// The rehearsal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RehearsalReport {
    /// How long it took.
    pub ms: f64,
    /// What it proved.
    #[serde(flatten)]
    pub result: Rehearsed,
}

/// One run of the plan, forward or back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunReport {
    /// From beginning to end.
    pub ms: f64,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Steps it did itself.
    pub steps_done: usize,
    /// Steps whose effect was there already.
    pub steps_already_done: usize,
}

/// One step as it was predicted and as it went.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepReport {
    /// Its id.
    pub id: String,
    /// Its phase.
    pub phase: PhaseName,
    /// What it does.
    pub title: String,
    /// Its strongest lock, as `LOCK TABLE` spells it; none where it takes none that matters.
    pub lock: Option<String>,
    /// Whether readers or writers wait while it holds its locks.
    pub blocks: bool,
    /// How long it was to take.
    pub predicted_ms: Interval,
    /// How long it took, all tries together.
    pub ms: f64,
    /// How long its locks were to be held.
    pub predicted_lock_hold_ms: Interval,
    /// The longest time its locks were held.
    pub lock_hold_ms: f64,
    /// Time queued for locks, all tries together.
    pub lock_wait_ms: f64,
    /// How often the lock was asked for.
    pub lock_tries: u32,
}
