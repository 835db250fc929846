//! What `lint` and `trace` answer: one shape, from facts or from measurement.

use model::{Category, Effect, Finding, Operation};
use serde::{Deserialize, Serialize};

/// The statements of one or more files with what they do, and what rules found in them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Report {
    /// Every statement, in the order of files and of statements within a file.
    pub statements: Vec<Statement>,
    /// What rules found.
    pub findings: Vec<Finding>,
}

impl Report {
    /// The worst category of all statements and findings.
    pub fn worst(&self) -> Option<Category> {
        let statements = self.statements.iter().map(|statement| statement.category);
        statements.chain(self.findings.iter().map(|finding| finding.category)).max()
    }
}

/// One statement of a file and what it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The file it stands in.
    pub file: String,
    /// The line of its first token, from 1.
    pub line: u32,
    /// The column of its first token, in characters from 1.
    pub column: u32,
    /// The statement as written, without its semicolon.
    pub sql: String,
    /// What kinds of change it makes, in its own order.
    pub operations: Vec<Operation>,
    /// How bad it is.
    pub category: Category,
    /// Locks, rewrites, scans, index builds and data loss.
    #[serde(flatten)]
    pub effect: Effect,
    /// Why it fails (as the server said, or certain from the known state and version), else null.
    pub error: Option<String>,
    /// What could not be known of its effect, each a sentence; a statement with any entry may do more
    /// than the effect says.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// How long it ran, in ms, where it was run: as a throwaway server without fsync takes, so for
    /// comparing statements and not for predicting production.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_ms: Option<Millis>,
}

/// A duration in ms, kept in whole microseconds so that reports compare exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Millis(pub u64);

impl Millis {
    /// From a duration.
    pub fn of(duration: std::time::Duration) -> Self {
        Self(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
    }

    /// In ms.
    pub fn ms(self) -> f64 {
        std::time::Duration::from_micros(self.0).as_secs_f64() * 1e3
    }
}

impl Serialize for Millis {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.ms())
    }
}

impl<'de> Deserialize<'de> for Millis {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let ms = f64::deserialize(deserializer)?.clamp(0.0, 1e12);
        Ok(Self::of(std::time::Duration::from_secs_f64(ms / 1e3)))
    }
}
