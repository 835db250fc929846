//! The three questions about a database, its migrations and the schema that is wanted.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Verification;

/// The answers to all three questions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// Whether every question that could be asked found two equal schemas.
    pub equal: bool,
    /// Does the live schema equal the wanted one?
    pub live: Answer,
    /// Do the migrations, applied to an empty database, make the wanted schema?
    pub migrations: Answer,
    /// Do the migrations that are recorded as applied make the live schema?
    pub recorded: Answer,
    /// What the readers of the schemas want told.
    pub notes: Vec<String>,
}

/// One question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Does the live schema equal the wanted one?
    Live,
    /// Do the migrations, applied to an empty database, make the wanted schema?
    Migrations,
    /// Do the migrations that are recorded as applied make the live schema?
    Recorded,
}

/// What came of one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The question in words.
    pub question: String,
    /// Whether it could be asked.
    pub asked: bool,
    /// Why it could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why_not: Option<String>,
    /// What was compared, in words: `12 migrations of drizzle/`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found_in: Option<String>,
    /// What it was compared with, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted_in: Option<String>,
    /// What the comparison found.
    #[serde(flatten)]
    pub verification: Option<Verification>,
    /// What is amiss with the migrations themselves, a line each: recorded and without a file, changed since.
    pub migrations: Vec<String>,
}

impl Question {
    /// The question in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Live => "does the live schema equal the wanted one?",
            Self::Migrations => "do the migrations, applied to an empty database, make the wanted schema?",
            Self::Recorded => "do the migrations recorded as applied make the live schema?",
        }
    }

    /// It cannot be asked, for this reason.
    pub fn not_asked(self, why: impl Into<String>) -> Answer {
        Answer {
            question: self.words().to_owned(),
            asked: false,
            why_not: Some(why.into()),
            found_in: None,
            wanted_in: None,
            verification: None,
            migrations: Vec::new(),
        }
    }

    /// It was asked of these two.
    pub fn asked(
        self,
        found_in: impl Into<String>,
        wanted_in: impl Into<String>,
        verification: Verification,
    ) -> Answer {
        Answer {
            question: self.words().to_owned(),
            asked: true,
            why_not: None,
            found_in: Some(found_in.into()),
            wanted_in: Some(wanted_in.into()),
            verification: Some(verification),
            migrations: Vec::new(),
        }
    }
}

impl Answer {
    /// The same with what is amiss with the migrations themselves.
    #[must_use]
    pub fn with_migrations(mut self, amiss: Vec<String>) -> Self {
        self.migrations = amiss;
        self
    }

    /// Whether it was asked and did not find equality, or its migrations are amiss.
    pub fn fails(&self) -> bool {
        self.verification.as_ref().is_some_and(|verification| !verification.equal)
            || !self.migrations.is_empty()
    }
}

impl Answers {
    /// The answers put together.
    pub fn new(live: Answer, migrations: Answer, recorded: Answer, notes: Vec<String>) -> Self {
        let equal = ![&live, &migrations, &recorded].into_iter().any(Answer::fails);
        Self { equal, live, migrations, recorded, notes }
    }

    /// Whether at least one question could be asked.
    pub fn any_asked(&self) -> bool {
        self.live.asked || self.migrations.asked || self.recorded.asked
    }
}

impl fmt::Display for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for (at, answer) in [&self.live, &self.migrations, &self.recorded].into_iter().enumerate() {
            if at > 0 || !self.notes.is_empty() {
                writeln!(f)?;
            }
            write!(f, "{}. {answer}", at + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut words = self.question.chars();
        let first = words.next().into_iter().flat_map(char::to_uppercase);
        writeln!(f, "{}{}", first.collect::<String>(), words.as_str())?;
        if let (Some(found), Some(wanted)) = (&self.found_in, &self.wanted_in) {
            writeln!(f, "   {found} and {wanted}")?;
        }
        if let Some(why) = &self.why_not {
            writeln!(f, "   not asked: {why}")?;
        }
        for line in &self.migrations {
            writeln!(f, "   {line}")?;
        }
        if let Some(verification) = &self.verification {
            for line in verification.to_string().lines() {
                if line.is_empty() { writeln!(f)? } else { writeln!(f, "   {line}")? }
            }
        }
        Ok(())
    }
}
