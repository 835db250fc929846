//! Whose column a word is: of the tables that the same statement names.

use std::collections::BTreeMap;

use model::{Ident, Name};

use super::Catalog;
use super::token::{Token, tokens};
use crate::{Hit, Sought};

/// What a piece of SQL is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Setting {
    /// Whole statements.
    Statements,
    /// A part of a query whose tables may stand elsewhere: a column that no other table has is known.
    Fragment,
    /// The body of a trigger's function: `NEW` and `OLD` are rows of these tables.
    Trigger(Vec<Name>),
}

pub(super) fn find(text: &str, setting: &Setting, catalog: &Catalog, sought: &[Sought]) -> Vec<Hit> {
    let all = tokens(text);
    let mut hits = Vec::new();
    for statement in all.split(|token| token.sign == ';') {
        if !defines_tables(statement) {
            Statement::of(statement, setting, catalog).uses(sought, &mut hits);
        }
    }
    hits
}

/// What makes and alters tables says what the schema is, and does not use it.
fn defines_tables(statement: &[Token]) -> bool {
    let mut words = statement.iter().filter(|token| token.word.is_some());
    let Some(first) = words.next() else { return true };
    if ["alter", "drop", "comment", "grant", "revoke", "set"].iter().any(|verb| first.is(verb)) {
        return true;
    }
    let kinds = ["table", "index", "type", "sequence", "schema", "extension", "database", "role", "domain"];
    let mut next = words.take(4);
    first.is("create")
        && next
            .find(|token| {
                !["unlogged", "temp", "temporary", "unique", "foreign"].iter().any(|word| token.is(word))
            })
            .is_some_and(|token| kinds.iter().any(|kind| token.is(kind)))
}

/// One statement, with the tables it names.
struct Statement<'a> {
    tokens: &'a [Token],
    catalog: &'a Catalog,
    fragment: bool,
    /// The tables, each with the place of its name.
    tables: Vec<(Name, usize)>,
    /// What columns are qualified by: a table's name, or an alias.
    qualifiers: BTreeMap<Ident, Name>,
    /// Places of words that name tables and aliases, not columns.
    taken: Vec<usize>,
}

impl<'a> Statement<'a> {
    fn of(tokens: &'a [Token], setting: &Setting, catalog: &'a Catalog) -> Self {
        let fragment = *setting == Setting::Fragment;
        let mut statement = Self {
            tokens,
            catalog,
            fragment,
            tables: Vec::new(),
            qualifiers: BTreeMap::new(),
            taken: Vec::new(),
        };
        if let Setting::Trigger(rows) = setting {
            for row in rows {
                statement.qualifiers.insert(Ident::new("new"), row.clone());
                statement.qualifiers.insert(Ident::new("old"), row.clone());
            }
        }
        statement.find_tables();
        statement
    }

    fn find_tables(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            let opens = ["from", "join", "into", "update", "table", "using", "on", "truncate", "copy"];
            // "ON" names a table only where a trigger, a policy or a rule is made.
            let is_on = self.tokens[at].is("on");
            let names = opens.iter().any(|word| self.tokens[at].is(word))
                && (!is_on || self.tokens.first().is_some_and(|first| first.is("create")));
            at += 1;
            if names {
                at = self.table_list(at);
            }
        }
    }

    /// Tables with aliases, apart by commas; answers where the list ends.
    fn table_list(&mut self, mut at: usize) -> usize {
        loop {
            while self.tokens.get(at).is_some_and(|token| token.is("only") || token.is("lateral")) {
                at += 1;
            }
            let Some((name, after)) = self.table(at) else { return at };
            let end = self.alias(&name, after);
            self.qualifiers.insert(name.name.clone(), name.clone());
            self.tables.push((name, at));
            self.taken.extend(at..end);
            match self.tokens.get(end) {
                Some(token) if token.sign == ',' => at = end + 1,
                _ => return end,
            }
        }
    }

    /// A name that is a table's, and where it ends.
    fn table(&self, at: usize) -> Option<(Name, usize)> {
        let first = self.tokens.get(at)?.word.clone()?;
        let second = self.tokens.get(at + 1).filter(|token| token.sign == '.').and(self.tokens.get(at + 2));
        if let Some(word) = second.and_then(|token| token.word.clone()) {
            let name = Name { schema: first, name: word };
            return self.catalog.named(&name.name).contains(&name).then_some((name, at + 3));
        }
        let known = self.catalog.named(&first);
        let public = known.iter().find(|name| name.schema.as_str() == "public");
        Some((public.or(known.first())?.clone(), at + 1))
    }

    fn alias(&mut self, name: &Name, at: usize) -> usize {
        let named = self.tokens.get(at).is_some_and(|token| token.is("as"));
        let place = if named { at + 1 } else { at };
        let follows = [
            "where",
            "set",
            "join",
            "left",
            "right",
            "inner",
            "full",
            "cross",
            "natural",
            "on",
            "using",
            "order",
            "group",
            "having",
            "limit",
            "offset",
            "union",
            "except",
            "intersect",
            "returning",
            "values",
            "select",
            "default",
            "for",
            "window",
            "fetch",
            "as",
            "with",
            "then",
            "when",
            "loop",
            "from",
            "to",
            "overriding",
            "tablesample",
            "and",
            "or",
            "restrict",
            "cascade",
            "restart",
            "continue",
            "end",
            "do",
            "begin",
            "execute",
        ];
        let Some(token) = self.tokens.get(place) else { return at };
        let Some(word) = token.word.clone() else { return at };
        if !token.quoted && follows.contains(&word.as_str()) {
            return at;
        }
        self.qualifiers.insert(word, name.clone());
        place + 1
    }

    fn uses(&self, sought: &[Sought], hits: &mut Vec<Hit>) {
        for (number, sought) in sought.iter().enumerate() {
            match &sought.column {
                None => {
                    let named = self.tables.iter().filter(|(name, _)| *name == sought.table);
                    hits.extend(named.map(|(_, at)| Hit { offset: self.tokens[*at].offset, sought: number }));
                }
                Some(column) => {
                    let places = self.tokens.iter().enumerate();
                    let used =
                        places.filter(|(_, token)| token.word.as_ref() == Some(column)).filter(|(at, _)| {
                            !self.taken.contains(at) && self.is_column_of(*at, &sought.table, column)
                        });
                    hits.extend(used.map(|(_, token)| Hit { offset: token.offset, sought: number }));
                }
            }
        }
    }

    /// Whether a word is a column of this table and no other's.
    fn is_column_of(&self, at: usize, table: &Name, column: &Ident) -> bool {
        let sign = |at: Option<usize>| at.and_then(|at| self.tokens.get(at)).map_or(' ', |token| token.sign);
        if sign(at.checked_sub(1)) == '.' {
            let qualifier = at.checked_sub(2).and_then(|at| self.tokens[at].word.as_ref());
            return qualifier.is_some_and(|qualifier| self.qualifies(qualifier, table));
        }
        let is_alias = at.checked_sub(1).is_some_and(|before| self.tokens[before].is("as"));
        if is_alias || matches!(sign(Some(at + 1)), '(' | '.') || sign(at.checked_sub(1)) == ':' {
            return false;
        }
        let owners = self.catalog.with_column(column);
        if self.tables.is_empty() && self.fragment {
            return owners.len() <= 1;
        }
        let is_named = |owner: &Name| self.tables.iter().any(|(name, _)| name == owner);
        is_named(table) && !owners.iter().any(|owner| owner != table && is_named(owner))
    }

    fn qualifies(&self, qualifier: &Ident, table: &Name) -> bool {
        match self.qualifiers.get(qualifier) {
            Some(name) => name == table,
            None => self.fragment && *qualifier == table.name,
        }
    }
}
