//! A project's objects apart: which statements make each, and what each stands on. What a server made of one is
//! kept by the text of those, so that a change of one table costs nothing for the others.
//!
//! What a statement may need is every object whose name is among the words of its text. One too many costs a
//! little. One that is missed the server refuses, and then everything is built together.

use std::collections::{BTreeMap, BTreeSet};

use drizzle::{Makes, Statement};
use model::{Name, ObjectRef, Schema};

/// Statements of a project by what they make.
pub(crate) struct Objects<'p> {
    statements: Vec<&'p Statement>,
    /// What each statement may need.
    needs: Vec<BTreeSet<&'p Name>>,
    made: BTreeMap<&'p Name, Made>,
}

/// By which statements something is made, by their places.
#[derive(Default)]
struct Made {
    by: Vec<usize>,
    /// Foreign keys and policies of a table: they need other objects, and nothing needs them.
    tied_by: Vec<usize>,
    /// Whether it is the project's own.
    is_own: bool,
}

impl<'p> Objects<'p> {
    pub(crate) fn of(statements: &[&'p Statement]) -> Self {
        let mut made: BTreeMap<&Name, Made> = BTreeMap::new();
        for (at, statement) in statements.iter().enumerate() {
            match &statement.makes {
                Makes::Shared => {}
                Makes::Object(name) => {
                    let made = made.entry(name).or_default();
                    made.by.push(at);
                    made.is_own |= !statement.scaffold;
                }
                Makes::Tie(name) => made.entry(name).or_default().tied_by.push(at),
            }
        }
        let mut named: BTreeMap<String, Vec<&Name>> = BTreeMap::new();
        for name in made.keys() {
            named.entry(name.name.as_str().to_lowercase()).or_default().push(name);
        }
        let needs = |statement: &&Statement| {
            words(statement.sql.as_str()).filter_map(|word| named.get(&word)).flatten().copied().collect()
        };
        Self { needs: statements.iter().map(needs).collect(), statements: statements.to_vec(), made }
    }

    /// The project's own objects.
    pub(crate) fn own(&self) -> impl Iterator<Item = &'p Name> {
        self.made.iter().filter(|(_, made)| made.is_own).map(|(name, _)| *name)
    }

    /// What decides what becomes of an object, besides what is shared.
    pub(crate) fn texts(&self, name: &Name) -> Vec<&'p str> {
        self.needed(name).into_iter().map(|at| self.statements[at].sql.as_str()).collect()
    }

    /// The statements that everything may use.
    pub(crate) fn shared(&self) -> impl Iterator<Item = &'p Statement> {
        self.statements.iter().copied().filter(|statement| statement.makes == Makes::Shared)
    }

    /// The statements that build these objects, in an order that loads.
    pub(crate) fn building<'n>(&self, names: impl Iterator<Item = &'n Name>) -> Vec<&'p Statement> {
        let needed: BTreeSet<usize> = names.flat_map(|name| self.needed(name)).collect();
        let is_run =
            |(at, statement): &(usize, &&Statement)| statement.makes == Makes::Shared || needed.contains(at);
        self.statements.iter().enumerate().filter(is_run).map(|(_, statement)| *statement).collect()
    }

    /// The places of the statements that make an object and tie it to others, and of all that these need.
    fn needed(&self, name: &Name) -> BTreeSet<usize> {
        let ties = self.made.get(name).map_or(&[][..], |made| &made.tied_by);
        let mut places: BTreeSet<usize> = ties.iter().copied().collect();
        let mut waiting: Vec<&Name> = ties.iter().flat_map(|at| &self.needs[*at]).copied().collect();
        waiting.push(name);
        let mut met = BTreeSet::new();
        while let Some(name) = waiting.pop() {
            if !met.insert(name) {
                continue;
            }
            for at in self.made.get(name).into_iter().flat_map(|made| &made.by) {
                places.insert(*at);
                waiting.extend(self.needs[*at].iter().copied());
            }
        }
        places
    }
}

/// The words of a text in lower case, whatever quotes they stand in, and what stands between quotes.
fn words(text: &str) -> impl Iterator<Item = String> {
    let is_apart = |c: char| !(c.is_alphanumeric() || c == '_');
    let plain = text.split(is_apart).filter(|word| !word.is_empty());
    text.split('"').chain(plain).map(str::to_lowercase)
}

/// How many of the project's own objects statements make.
pub(crate) fn count(statements: &[&Statement]) -> usize {
    let mut own = BTreeSet::new();
    for statement in statements.iter().filter(|statement| !statement.scaffold) {
        if let Makes::Object(name) = &statement.makes {
            own.insert(name);
        }
    }
    own.len()
}

/// Whether every sequence of a column has the name that a server tries first: it takes another one where some
/// object has that.
pub(crate) fn have_first_names(schema: &Schema) -> bool {
    schema.sequences.iter().all(|(name, sequence)| match &sequence.owned_by {
        Some((table, column)) => {
            name.name.as_str() == [table.name.as_str(), column.as_str(), "seq"].join("_")
        }
        None => true,
    })
}

/// What of a schema belongs to each of its tables, views, enums and sequences, and what to none.
pub(crate) fn apart(mut schema: Schema) -> (Schema, BTreeMap<Name, Schema>) {
    let mut parts: BTreeMap<Name, Schema> = BTreeMap::new();
    let uses = std::mem::take(&mut schema.uses);
    for (object, used) in uses.iter() {
        let part = match owner(object, &schema).cloned() {
            Some(name) => parts.entry(name).or_default(),
            None => &mut schema,
        };
        used.iter().for_each(|used| part.uses.insert(object.clone(), used.clone()));
    }
    for (name, sequence) in std::mem::take(&mut schema.sequences) {
        let owner = sequence.owned_by.as_ref().map_or(&name, |(table, _)| table).clone();
        parts.entry(owner).or_default().sequences.insert(name, sequence);
    }
    for (name, table) in std::mem::take(&mut schema.tables) {
        parts.entry(name.clone()).or_default().tables.insert(name, table);
    }
    for (name, view) in std::mem::take(&mut schema.views) {
        parts.entry(name.clone()).or_default().views.insert(name, view);
    }
    for (name, enum_type) in std::mem::take(&mut schema.enums) {
        parts.entry(name.clone()).or_default().enums.insert(name, enum_type);
    }
    (schema, parts)
}

fn owner<'s>(object: &'s ObjectRef, schema: &'s Schema) -> Option<&'s Name> {
    match object {
        ObjectRef::Type(name) => Some(name),
        ObjectRef::Sequence(name) => {
            let owner = schema.sequences.get(name).and_then(|sequence| sequence.owned_by.as_ref());
            Some(owner.map_or(name, |(table, _)| table))
        }
        other => other.relation(),
    }
}

/// The schema that parts make.
pub(crate) fn whole(parts: impl Iterator<Item = Schema>) -> Schema {
    let mut whole = Schema::default();
    for part in parts {
        whole.namespaces.extend(part.namespaces);
        whole.extensions.extend(part.extensions);
        whole.enums.extend(part.enums);
        whole.sequences.extend(part.sequences);
        whole.tables.extend(part.tables);
        whole.views.extend(part.views);
        for (object, used) in part.uses.iter() {
            used.iter().for_each(|used| whole.uses.insert(object.clone(), used.clone()));
        }
    }
    whole
}
