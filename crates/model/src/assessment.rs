//! How dangerous a change is, with reasons.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Change, Effect, Fingerprint, Operation, Sql};

/// What kind of danger a change is, as a plain push would make it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// Adds or loosens, and blocks nobody for long.
    Safe,
    /// Blocks, scans, rewrites or renames.
    Risky,
    /// Loses data, will fail, or breaks running code.
    Dangerous,
}

impl Category {
    /// The word in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Risky => "risky",
            Self::Dangerous => "dangerous",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How high a risk score is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RiskLevel {
    /// Under 30.
    Low,
    /// 30 to under 60.
    Medium,
    /// 60 to under 80.
    High,
    /// 80 and above.
    Critical,
}

impl RiskLevel {
    /// The lowest score of this level.
    pub const fn floor(self) -> f64 {
        match self {
            Self::Low => 0.0,
            Self::Medium => 30.0,
            Self::High => 60.0,
            Self::Critical => 80.0,
        }
    }

    /// The level of a score from 0 to 100.
    pub fn of(score: f64) -> Self {
        [Self::Critical, Self::High, Self::Medium]
            .into_iter()
            .find(|level| score >= level.floor())
            .unwrap_or(Self::Low)
    }

    /// The word in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Low => "LOW",
            Self::Medium => "MEDIUM",
            Self::High => "HIGH",
            Self::Critical => "CRITICAL",
        }
    }
}

impl fmt::Display for RiskLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The points each factor contributes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Factors {
    /// Of 40: rows that the change has to touch, or hold back others from.
    pub row_count: f64,
    /// Of 20: indexes that have to be built or rebuilt, or are lost.
    pub indexes: f64,
    /// Of 15: constraints that have to be proved, rebuilt, or are lost.
    pub constraints: f64,
    /// Of 15: how much the application leans on the table.
    pub critical_path: f64,
    /// Of 10: transactions that would wait, or be waited for.
    pub active_transactions: f64,
}

impl Factors {
    /// All points together.
    pub fn total(&self) -> f64 {
        self.row_count + self.indexes + self.constraints + self.critical_path + self.active_transactions
    }
}

/// A risk score and why it is what it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// 0 to 100, one decimal.
    pub score: f64,
    /// The level the score falls in.
    pub level: RiskLevel,
    /// The points each factor contributed, before floors.
    pub factors: Factors,
    /// A sentence for every point given, and for every floor or assumption.
    pub reasons: Vec<String>,
}

impl Risk {
    /// No risk at all.
    pub fn none() -> Self {
        Self { score: 0.0, level: RiskLevel::Low, factors: Factors::default(), reasons: Vec::new() }
    }
}

/// One thing a rule found in a statement or a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The file the statement stands in, or empty for a change that has none.
    #[serde(default)]
    pub file: String,
    /// The line, from 1; 0 where there is no file.
    #[serde(default)]
    pub line: u32,
    /// The column, from 1; 0 where there is no file.
    #[serde(default)]
    pub column: u32,
    /// The rule's name, for instance `drop-column`.
    pub rule: String,
    /// How bad it is.
    pub category: Category,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do instead, with SQL to paste where there is some.
    pub help: String,
}

/// A reason to stop before pushing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RedFlag {
    /// The rule's name.
    pub rule: String,
    /// The object it is about.
    pub object: String,
    /// What is wrong, in a sentence.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// Whether a checklist item holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckStatus {
    /// It holds, and the evidence says why.
    Pass,
    /// It does not hold.
    Fail,
    /// It cannot be known here; never taken for a pass.
    Unknown,
}

/// One line of the safety checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChecklistItem {
    /// What is asked.
    pub item: String,
    /// The answer.
    pub status: CheckStatus,
    /// What the answer rests on.
    pub evidence: String,
}

/// One change with everything known about it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssessedChange {
    /// What kind of change it is.
    pub operation: Operation,
    /// The object it changes, for instance `public.funds.vintage_year`.
    pub object: String,
    /// How bad it is as a plain push.
    pub category: Category,
    /// The statements of a plain push.
    pub sql: Vec<Sql>,
    /// What those statements do.
    #[serde(flatten)]
    pub effect: Effect,
    /// Whether code written for the schema before works with the schema after.
    pub backward_compatible: bool,
    /// The score and its reasons.
    pub risk: Risk,
    /// What rules found.
    pub findings: Vec<Finding>,
    /// The change itself.
    #[serde(skip)]
    pub change: Option<Change>,
}

/// One end of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceMark {
    /// The schema's fingerprint.
    pub fingerprint: Fingerprint,
}

/// What `check` answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The schema as it is.
    pub from: SourceMark,
    /// The schema as it is wanted.
    pub to: SourceMark,
    /// The server's version as `server_version_num` gives it, for instance 150018; null where no server was asked.
    pub server_version: Option<u32>,
    /// The worst category of all changes.
    pub category: Category,
    /// The highest risk of all changes.
    pub risk: Risk,
    /// Every change in the order a push would make it.
    pub changes: Vec<AssessedChange>,
    /// Reasons to stop.
    pub red_flags: Vec<RedFlag>,
    /// The safety checklist.
    pub checklist: Vec<ChecklistItem>,
}
