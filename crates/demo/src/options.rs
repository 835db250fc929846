//! What a user may choose.

use std::path::PathBuf;
use std::time::Duration;

use connect::Target;
use traffic::Rate;

use crate::Scenario;

/// How a demo is run.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// Which change is made.
    pub scenario: Scenario,
    /// Rows of the scenario's main table (`--rows`); none for the scenario's own number.
    pub rows: Option<u64>,
    /// The application's statements in a second (`--traffic WRITES:READS`).
    pub rate: Rate,
    /// How long the application is measured without a migration (`--baseline-seconds`).
    pub baseline: Duration,
    /// The server's major version (`--pg-version`); none for what is installed.
    pub major: Option<u32>,
    /// A throwaway server to use instead of starting one (`--shadow-url`).
    pub shadow_url: Option<Target>,
    /// Whether a direct push is measured as well, on a copy (`--no-push` for no).
    pub push: bool,
    /// Whether the textbook's plan is measured as well, on a copy (`--textbook`).
    pub textbook: bool,
    /// The Drizzle project that holds the vintage scenario's wanted schema; none for the same in SQL.
    pub project: Option<PathBuf>,
    /// How long nothing may be deleted before the cascade scenario's gate opens.
    pub watched: Duration,
    /// A folder that does not exist yet and that keeps the wanted schema and the plan (`--keep`); none
    /// for a temporary one that goes away.
    pub keep: Option<PathBuf>,
}

impl DemoOptions {
    /// The scenario as a newcomer runs it: 50 writes and 500 reads a second, 5 s of baseline.
    pub fn of(scenario: Scenario) -> Self {
        Self {
            scenario,
            rows: None,
            rate: Rate::default(),
            baseline: Duration::from_secs(5),
            major: None,
            shadow_url: None,
            push: true,
            textbook: false,
            project: None,
            watched: Duration::from_secs(10),
            keep: None,
        }
    }

    /// Rows of the scenario's main table, at least 1.
    pub fn rows(&self) -> u64 {
        self.rows.unwrap_or(self.scenario.rows_default()).max(1)
    }
}
