//! A step as a recipe writes it, before what follows from its SQL is known.

use assess::effect::Act;
use model::{
    Action, Effect, Gate, LOCK_TIMEOUT_MS, LockMode, Name, Operation, PhaseName, Prediction, RelationLock,
    Sql, Step,
};

use crate::Cost;

/// What a recipe answers for one change.
pub(crate) struct Drafted {
    /// Why this recipe, in a sentence.
    pub(crate) why: String,
    /// The steps, in order.
    pub(crate) drafts: Vec<Draft>,
    /// What the reader should know.
    pub(crate) notes: Vec<String>,
    /// Checks that rows meet without the schema saying so.
    pub(crate) demanded: Vec<(Name, model::Constraint)>,
    /// What has to happen outside the database.
    pub(crate) gate: Option<Gate>,
}

impl Drafted {
    pub(crate) fn new(why: impl Into<String>, drafts: Vec<Draft>) -> Self {
        Self { why: why.into(), drafts, notes: Vec::new(), demanded: Vec::new(), gate: None }
    }

    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    pub(crate) fn gate(mut self, before: PhaseName, waits_for: impl Into<String>) -> Self {
        self.gate = Some(Gate { before, waits_for: waits_for.into() });
        self
    }
}

/// One step of a recipe.
pub(crate) struct Draft {
    pub(crate) phase: PhaseName,
    pub(crate) title: String,
    pub(crate) table: Option<Name>,
    pub(crate) action: Action,
    /// What the action's statements are, for telling what they lock, scan and rewrite.
    pub(crate) acts: Vec<Act>,
    pub(crate) probe: Sql,
    pub(crate) verification: Sql,
    pub(crate) undo: Action,
    pub(crate) cost: Cost,
    /// What the undo's statements are, on relations under the names they then have; none where the undo takes
    /// what its kind takes on the relations of the step.
    pub(crate) undo_acts: Option<Vec<Act>>,
    /// Whether it waits until the rest of its phase is done.
    pub(crate) late: bool,
}

/// What follows from what a draft's statements are.
pub(crate) struct Foreseen {
    pub(crate) effect: Effect,
    pub(crate) undo_locks: Vec<RelationLock>,
    pub(crate) predicted: Prediction,
}

impl Draft {
    pub(crate) fn into_step(
        self,
        at: usize,
        operation: Operation,
        object: String,
        recipe: &str,
        foreseen: Foreseen,
    ) -> Step {
        let Foreseen { effect, undo_locks, predicted } = foreseen;
        let blocks = |blocked: fn(LockMode) -> bool| effect.locks.iter().any(|lock| blocked(lock.mode));
        Step {
            id: format!("{:02}-{}-{}", at + 1, self.phase, slug(&self.title)),
            phase: self.phase,
            title: self.title,
            operation,
            object,
            table: self.table,
            recipe: recipe.to_owned(),
            action: self.action,
            probe: self.probe,
            verification: self.verification,
            undo: self.undo,
            lock_timeout_ms: LOCK_TIMEOUT_MS,
            blocks_reads: blocks(LockMode::blocks_reads),
            blocks_writes: blocks(LockMode::blocks_writes),
            effect,
            undo_locks,
            predicted,
        }
    }
}

/// A title as part of a file name.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty());
    let mut slug = words.collect::<Vec<_>>().join("-").to_lowercase();
    slug.truncate(60);
    slug
}
