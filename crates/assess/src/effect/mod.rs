//! What a change's statements do: the change as forms that facts know, on the relations of a schema.

mod forms;
mod roles;

use facts::{Form, Judgement};
use model::{Effect, Ident, Name, Schema};

pub use forms::acts;
pub(crate) use roles::children;

/// One form of statement on one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The form.
    pub form: Form,
    /// The relation the statement names.
    pub table: Name,
    /// The column it is about.
    pub column: Option<Ident>,
    /// The other table: referenced by the foreign key, read by the view, attached as a partition.
    pub other: Option<Name>,
}

impl Act {
    /// A form on a table.
    pub fn new(form: Form, table: &Name) -> Self {
        Self { form, table: table.clone(), column: None, other: None }
    }

    /// The same about a column.
    #[must_use]
    pub fn on(mut self, column: &Ident) -> Self {
        self.column = Some(column.clone());
        self
    }

    /// The same with another table.
    #[must_use]
    pub fn with(mut self, other: &Name) -> Self {
        self.other = Some(other.clone());
        self
    }
}

/// What is known of the effect of several acts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The effect, each relation under its strongest lock.
    pub effect: Effect,
    /// What could not be known, each a sentence.
    pub unknown: Vec<String>,
    /// Why a statement fails for certain on this major, where one does.
    pub refusal: Option<String>,
}

/// What the acts do together on a schema's relations.
pub fn judge(acts: &[Act], schema: &Schema, major: u32) -> Known {
    let mut known = Known::default();
    for act in acts {
        let (roles, shape) = roles::of(act, schema);
        let judgement = facts::judge(&[act.form], shape, major, &roles);
        absorb(&mut known, act, judgement);
    }
    let existing = |name: &Name| {
        schema.tables.contains_key(name)
            || schema.views.contains_key(name)
            || schema.sequences.contains_key(name)
    };
    known.effect.locks.retain(|lock| existing(&lock.relation));
    known.effect.rewrites.retain(existing);
    known.effect.scans.retain(existing);
    known.effect.locks.sort();
    for names in [&mut known.effect.rewrites, &mut known.effect.scans] {
        names.sort();
        names.dedup();
    }
    known
}

fn absorb(known: &mut Known, act: &Act, judgement: Judgement) {
    for lock in judgement.effect.locks {
        match known.effect.locks.iter_mut().find(|held| held.relation == lock.relation) {
            Some(held) => held.mode = held.mode.max(lock.mode),
            None => known.effect.locks.push(lock),
        }
    }
    known.effect.rewrites.extend(judgement.effect.rewrites);
    known.effect.scans.extend(judgement.effect.scans);
    known.effect.index_builds += judgement.effect.index_builds;
    known.effect.data_loss |= judgement.effect.data_loss;
    known.unknown.extend(judgement.unknown.iter().map(|form| {
        format!("{} on {} was not measured on this version and kind of table", form.meaning(), act.table)
    }));
    if let Some(refusal) = judgement.refusal {
        known.refusal.get_or_insert(refusal.message);
    }
}
