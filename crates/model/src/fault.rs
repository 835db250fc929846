//! Errors a user can act on.

use std::error::Error;
use std::fmt;

/// How the process ends because of a [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 1: a finding at or above the fail level, or a gate that was not passed.
    Gate,
    /// 2: the command could not do its work.
    Work,
}

impl Exit {
    /// The process exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Gate => 1,
            Self::Work => 2,
        }
    }
}

/// One error as a user meets it: what went wrong, where, and what to do about it.
///
/// `kind` is a stable dotted word (`connect.refused`, `plan.drifted`) for programs and tests; the
/// rest is for people. Secrets never go in.
#[derive(Debug)]
pub struct Fault {
    /// A stable dotted word for programs: area, then what happened.
    pub kind: &'static str,
    /// What went wrong, as a fragment that reads well after "error: ".
    pub what: String,
    /// Where: a file with line and column, a server, a step.
    pub place: Option<String>,
    /// What the user can do, as a sentence.
    pub help: Option<String>,
    /// The exit code this ends the process with.
    pub exit: Exit,
    cause: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    /// A fault that keeps the command from doing its work (exit code 2).
    pub fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), place: None, help: None, exit: Exit::Work, cause: None }
    }

    /// A gate that was not passed (exit code 1).
    pub fn gate(kind: &'static str, what: impl Into<String>) -> Self {
        Self { exit: Exit::Gate, ..Self::new(kind, what) }
    }

    /// Says where it happened.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Keeps the error underneath.
    #[must_use]
    pub fn cause(mut self, cause: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(place) = &self.place {
            write!(f, "\n  at {place}")?;
        }
        if let Some(cause) = &self.cause {
            write!(f, "\n  because {cause}")?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

impl Error for Fault {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn Error + 'static))
    }
}
