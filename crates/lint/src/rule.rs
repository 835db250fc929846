//! What a rule is.

use std::collections::BTreeSet;

use facts::Form;
use model::{Category, Effect, LockMode, Name};
use parse::{Action, Reference, Script, Span, Statement};

use crate::effect::{Parts, Session};
use crate::state::{Catalog, Relation};

/// A rule: what it finds, why that matters, what to do instead.
pub struct Rule {
    /// Its name in findings, settings and suppressions: `drop-column`.
    pub name: &'static str,
    /// How bad what it finds is, where the finding itself says nothing else.
    pub category: Category,
    /// Whether it is only advice, and so off unless asked for.
    pub advice: bool,
    /// What it finds, in a line.
    pub title: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// What to do instead, with SQL to paste.
    pub instead: &'static str,
    /// Statements it finds something in.
    pub bad: &'static [Example],
    /// Statements it finds nothing in.
    pub good: &'static [Example],
    /// What is dangerous about the bad statements, as a trace shows it.
    pub danger: Danger,
    pub(crate) check: Check,
}

/// What a trace of a bad example has to show. Of several statements one has to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Nothing was said: no rule may leave it at that.
    Unstated,
    /// It takes a lock at least this strong on a relation that was there before.
    Takes(LockMode),
    /// It writes all rows of a table anew under ACCESS EXCLUSIVE.
    Rewrites,
    /// It reads all rows of a relation, writes them anew or builds an index on it, under a lock at least this
    /// strong.
    Works(LockMode),
    /// The same under ACCESS EXCLUSIVE, its own or one held since an earlier statement of the transaction.
    WorksWhileHeld,
    /// It takes a lock at least this strong on more relations than one.
    Reaches(LockMode),
    /// Data are lost.
    Loses,
    /// Data are lost, or the server refuses because they would be.
    LosesOrFails,
    /// The server refuses it.
    Fails,
    /// A query, one for each bad example, runs before and fails after.
    Breaks(&'static [&'static str]),
    /// A statement that runs afterwards shows it.
    Afterwards(&'static str, &'static Danger),
    /// A trace cannot show it, for this reason.
    Exempt(&'static str),
}

/// Statements for documentation and tests at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// What there was before: applied, with rows in its tables.
    pub before: &'static str,
    /// The statements.
    pub sql: &'static str,
}

impl Example {
    /// Statements on tables of which nothing is known.
    pub const fn new(sql: &'static str) -> Self {
        Self { before: "", sql }
    }

    /// Statements after others that ran before.
    pub const fn after(before: &'static str, sql: &'static str) -> Self {
        Self { before, sql }
    }
}

/// When a rule is asked.
pub(crate) enum Check {
    /// At each action, with the state before it.
    Action(fn(&Seen<'_>) -> Vec<Hit>),
    /// At each statement, with all of its effect.
    Statement(fn(&Whole<'_>) -> Vec<Hit>),
    /// At each file's text.
    File(fn(&Script<'_>) -> Vec<Hit>),
    /// The run itself finds it.
    Run,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    /// Where.
    pub(crate) span: Span,
    /// What is wrong, in a sentence.
    pub(crate) message: String,
    /// What to do instead.
    pub(crate) help: String,
    /// How to write it better.
    pub(crate) fix: Vec<Edit>,
    /// What has to hold at the end of the file or run for it to be reported.
    pub(crate) unless: Option<Unless>,
}

impl Hit {
    pub(crate) fn new(span: Span, message: impl Into<String>, help: impl Into<String>) -> Self {
        let (message, help) = (message.into(), help.into());
        Self { span, message, help, fix: Vec::new(), unless: None }
    }

    /// With a way to write it better.
    pub(crate) fn fixed_by(self, fix: Vec<Edit>) -> Self {
        Self { fix, ..self }
    }

    /// Reported only where this does not come later.
    pub(crate) fn unless(self, unless: Unless) -> Self {
        Self { unless: Some(unless), ..self }
    }
}

/// What may still come and make a finding void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unless {
    /// An index that begins with these columns, by the end of the run.
    Indexed(Name, Vec<model::Ident>),
    /// The same object is created again in the same file.
    Created(parse::DropKind, String),
    /// A policy on the table, by the end of the run.
    Policy(Name),
    /// A primary key of the table, by the end of the run.
    Keyed(Name),
}

/// A change of a file's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// What is replaced; an empty range is an insertion.
    pub(crate) span: Span,
    /// By what.
    pub(crate) text: String,
}

impl Edit {
    /// Puts text at a place.
    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: Span::new(at, at), text: text.into() }
    }

    /// Puts text in the place of other text.
    pub(crate) fn replace(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into() }
    }
}

/// An action as a rule sees it.
pub(crate) struct Seen<'a> {
    pub(crate) action: &'a Action,
    pub(crate) statement: &'a Statement<'a>,
    pub(crate) script: &'a Script<'a>,
    /// The state before the action.
    pub(crate) catalog: &'a Catalog,
    pub(crate) parts: &'a Parts,
    pub(crate) transaction: Option<&'a Transaction>,
    pub(crate) small: &'a BTreeSet<Name>,
    /// The relation that an `ALTER` is about, where others may be using it: most rules ask for it.
    pub(crate) altered: Option<Name>,
}

impl Seen<'_> {
    /// What is the same for all rules is found out once.
    pub(crate) fn about(self) -> Self {
        let altered = match &self.action.verb {
            parse::Verb::Alter(it) => self.used(&it.relation),
            _ => None,
        };
        Self { altered, ..self }
    }

    /// The relation, where others may be using it: it was not made in this run.
    pub(crate) fn used(&self, name: &Reference) -> Option<Name> {
        let full = self.catalog.resolve(name);
        self.is_used(&full).then_some(full)
    }

    /// Whether others may be using a relation.
    pub(crate) fn is_used(&self, name: &Name) -> bool {
        let relation = self.catalog.relation(name);
        name.schema.as_str() != "pg_temp" && relation.is_some_and(|relation| !relation.fresh)
    }

    /// The relation, where others may be using it and work on all of its rows may take long.
    pub(crate) fn busy(&self, name: &Reference) -> Option<Name> {
        self.used(name).filter(|name| !self.small.contains(name))
    }

    /// What is known of a relation.
    pub(crate) fn relation(&self, name: &Name) -> Option<&Relation> {
        self.catalog.relation(name).map(|it| &**it)
    }

    /// Whether the action has this form for the facts.
    pub(crate) fn has_form(&self, form: Form) -> bool {
        self.parts.forms().any(|it| it == form)
    }

    /// Whether it is in a transaction block.
    pub(crate) fn in_transaction(&self) -> bool {
        self.transaction.is_some()
    }

    /// The place just after a word of the statement, for an edit: `INDEX` of `CREATE INDEX`.
    pub(crate) fn after_word(&self, word: &str) -> Option<usize> {
        let found = parse::find_keyword(self.statement.sql, word)?;
        Some(self.statement.span.start + found.end)
    }

    /// A finding at the action.
    pub(crate) fn hit(&self, message: impl Into<String>, help: impl Into<String>) -> Vec<Hit> {
        vec![Hit::new(self.action.span, message, help)]
    }
}

/// A statement as a rule sees it, with all that it does.
pub(crate) struct Whole<'a> {
    pub(crate) statement: &'a Statement<'a>,
    pub(crate) effect: &'a Effect,
    pub(crate) catalog: &'a Catalog,
    pub(crate) session: &'a Session,
    pub(crate) transaction: Option<&'a Transaction>,
    pub(crate) small: &'a BTreeSet<Name>,
    /// The worst that rules found in it so far.
    pub(crate) worst: Category,
}

impl Whole<'_> {
    /// Whether others may be using a relation, and work on all of its rows may take long.
    pub(crate) fn is_busy(&self, name: &Name) -> bool {
        let fresh = self.catalog.relation(name).is_some_and(|relation| relation.fresh);
        !fresh && name.schema.as_str() != "pg_temp" && !self.small.contains(name)
    }

    /// A relation that the statement works on for long: it reads, writes or indexes all of it.
    pub(crate) fn works_long_on(&self) -> Option<&Name> {
        let worked = self.effect.rewrites.iter().chain(&self.effect.scans);
        worked.into_iter().find(|name| self.is_busy(name))
    }
}

/// The transaction block that is open.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transaction {
    /// The strongest lock held on each relation that others may use, with the line that took it.
    pub(crate) held: std::collections::BTreeMap<Name, (LockMode, Place)>,
    /// Constraints added here without proof.
    pub(crate) unproved: BTreeSet<(Name, model::Ident)>,
    /// Types to which labels were added here.
    pub(crate) labelled: Vec<Name>,
    /// Where the statement began it; none where the runner did.
    pub(crate) begun: Option<Span>,
    /// The line whose failure aborted it.
    pub(crate) aborted: Option<u32>,
    /// Savepoints with the state they go back to.
    pub(crate) savepoints: Vec<(model::Ident, crate::state::Mark)>,
}

impl Transaction {
    /// The strongest lock held that keeps others waiting, and where it was taken.
    pub(crate) fn blocking(&self) -> Option<(&Name, LockMode, &Place)> {
        let held = self.held.iter().filter(|(_, (mode, _))| mode.blocks_writes());
        held.max_by_key(|(_, (mode, _))| *mode).map(|(name, (mode, place))| (name, *mode, place))
    }

    /// The transaction as the next file of it finds it.
    pub(crate) fn carried(mut self, file: &str) -> Self {
        for (_, place) in self.held.values_mut() {
            place.file.get_or_insert_with(|| file.to_owned());
        }
        Self { aborted: None, savepoints: Vec::new(), ..self }
    }
}

/// Where a lock was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// The line.
    pub(crate) line: u32,
    /// The file, where it is an earlier one.
    pub(crate) file: Option<String>,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.file {
            Some(file) => write!(f, "line {} of {file}", self.line),
            None => write!(f, "line {}", self.line),
        }
    }
}
