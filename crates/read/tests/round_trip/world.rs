//! Random schemas as lists of statements, and random changes of them.
//!
//! A statement that PostgreSQL refuses (because what it names went in a change, or a version does not know it)
//! is left out by the loader, so that every world is some valid schema.

use crate::objects::{AFTER_TABLES, BEFORE_TABLES};
use crate::random::Random;
use crate::table::{NAMES, Table, quoted};
use crate::view::View;

/// A random schema.
#[derive(Clone)]
pub(crate) struct World {
    before: Vec<usize>,
    after: Vec<usize>,
    tables: Vec<Table>,
    views: Vec<View>,
}

impl World {
    pub(crate) fn new(random: &mut Random) -> Self {
        let mut world = Self {
            before: BEFORE_TABLES.iter().map(|forms| random.below(forms.len())).collect(),
            // Mostly nothing.
            after: AFTER_TABLES
                .iter()
                .map(|forms| if random.one_in(3) { random.below(forms.len()) } else { 0 })
                .collect(),
            tables: Vec::new(),
            views: Vec::new(),
        };
        for _ in 0..2 + random.below(4) {
            world.add_table(random);
        }
        for _ in 0..random.below(5) {
            world.views.push(View::new(random));
        }
        world
    }

    fn add_table(&mut self, random: &mut Random) {
        // Often the first ones, so that foreign keys find them.
        let at = if random.one_in(2) { self.tables.len() } else { random.below(NAMES.len()) };
        let table = Table::new(random, at);
        if !self.tables.iter().any(|there| there.name == table.name) {
            self.tables.push(table);
        }
    }

    /// Changes a few things.
    pub(crate) fn mutate(&mut self, random: &mut Random) {
        for _ in 0..1 + random.below(6) {
            self.mutate_once(random);
        }
    }

    fn mutate_once(&mut self, random: &mut Random) {
        match random.below(16) {
            0..3 => {
                let at = random.below(self.before.len());
                self.before[at] = random.below(BEFORE_TABLES[at].len());
            }
            3 => {
                let at = random.below(self.after.len());
                self.after[at] = random.below(AFTER_TABLES[at].len());
            }
            4 => self.add_table(random),
            5 if self.tables.len() > 1 => _ = self.tables.remove(random.below(self.tables.len())),
            6 => self.views.push(View::new(random)),
            7 if !self.views.is_empty() => _ = self.views.remove(random.below(self.views.len())),
            8 if !self.views.is_empty() => {
                let at = random.below(self.views.len());
                self.views[at] = View::new(random);
            }
            _ => {
                let at = random.below(self.tables.len());
                self.tables[at].mutate(random);
            }
        }
    }

    /// The statements that build it.
    pub(crate) fn statements(&self) -> Vec<String> {
        let mut out: Vec<String> = forms(BEFORE_TABLES, &self.before).map(str::to_owned).collect();
        out.extend(self.tables.iter().flat_map(Table::create));
        out.extend(self.tables.iter().flat_map(Table::furnish));
        let first = &self.tables[0];
        out.extend(forms(AFTER_TABLES, &self.after).map(|form| {
            form.replace("<<t>>", &first.qualified()).replace("<<c>>", &quoted(first.column(1)))
        }));
        out.extend(self.views.iter().enumerate().flat_map(|(at, view)| view.statements(at, &self.tables)));
        out
    }
}

fn forms<'a>(all: &'a [&'a [&'a str]], choice: &'a [usize]) -> impl Iterator<Item = &'a str> {
    all.iter().zip(choice).map(|(forms, at)| forms[*at]).filter(|form| !form.is_empty())
}
