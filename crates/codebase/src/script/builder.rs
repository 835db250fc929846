//! Query builders that name tables and columns by strings: Knex and Kysely.

use std::collections::BTreeMap;

use model::{Ident, Name};
use oxc::ast::ast::{Argument, ArrayExpressionElement, CallExpression, Expression, StringLiteral};

use super::define::{object_of, properties};
use super::visit::Visitor;
use crate::Hit;

/// Methods whose first argument names a table: `from("funds as f")`, `selectFrom("funds")`.
const TABLES: [&str; 14] = [
    "from",
    "into",
    "table",
    "join",
    "innerJoin",
    "leftJoin",
    "rightJoin",
    "fullJoin",
    "leftOuterJoin",
    "selectFrom",
    "insertInto",
    "updateTable",
    "deleteFrom",
    "using",
];

/// Methods whose arguments name columns.
const COLUMNS: [&str; 34] = [
    "select",
    "column",
    "columns",
    "first",
    "distinct",
    "distinctOn",
    "pluck",
    "returning",
    "where",
    "andWhere",
    "orWhere",
    "whereNot",
    "whereIn",
    "whereNotIn",
    "whereNull",
    "whereNotNull",
    "whereLike",
    "whereILike",
    "whereBetween",
    "whereRef",
    "orderBy",
    "groupBy",
    "having",
    "insert",
    "update",
    "values",
    "set",
    "on",
    "onRef",
    "increment",
    "decrement",
    "max",
    "min",
    "sum",
];

/// Functions that are called with a table's name: `knex("funds")`.
const ROOTS: [&str; 6] = ["knex", "db", "trx", "tx", "database", "connection"];

/// The tables of one chain of calls, by the names its columns are qualified with.
#[derive(Default)]
struct Chain<'a, 'e> {
    tables: BTreeMap<String, Name>,
    calls: Vec<(&'e str, &'e CallExpression<'a>)>,
}

impl Visitor<'_> {
    /// Notes what a whole chain of calls names, once: from its outermost call.
    pub(super) fn chain(&mut self, call: &CallExpression<'_>) {
        if !self.chains.insert(call.span.start) {
            return;
        }
        let mut chain = Chain::default();
        self.collect(call, &mut chain);
        if chain.tables.is_empty() {
            return;
        }
        for name in chain.tables.values().cloned().collect::<Vec<_>>() {
            self.named(&name, call.span.start);
        }
        let named = chain.calls.iter().filter(|(method, _)| COLUMNS.contains(method));
        for (_, call) in named {
            for argument in call.arguments.iter().filter_map(Argument::as_expression) {
                self.columns(&chain.tables, argument);
            }
        }
    }

    fn collect<'a, 'e>(&self, call: &'e CallExpression<'a>, chain: &mut Chain<'a, 'e>) {
        let first = call.arguments.first().and_then(Argument::as_expression);
        match &call.callee {
            Expression::StaticMemberExpression(member) => {
                if let Expression::CallExpression(inner) = member.object.get_inner_expression() {
                    self.collect(inner, chain);
                }
                let method = member.property.name.as_str();
                if TABLES.contains(&method) {
                    self.table_named(first, chain);
                }
                chain.calls.push((method, call));
            }
            Expression::Identifier(root) if ROOTS.contains(&root.name.as_str()) => {
                self.table_named(first, chain);
            }
            _ => {}
        }
    }

    /// `"funds"`, `"public.funds as f"`, `{ f: "funds" }`.
    fn table_named(&self, argument: Option<&Expression<'_>>, chain: &mut Chain<'_, '_>) {
        let mut add = |text: &str, alias: Option<&str>| {
            let (path, told) = apart(text);
            let Some(name) = self.relation(path) else { return };
            let alias = alias.or(told).map_or_else(|| name.name.as_str().to_owned(), str::to_owned);
            chain.tables.insert(alias, name);
        };
        match argument.map(Expression::get_inner_expression) {
            Some(Expression::StringLiteral(text)) => add(&text.value, None),
            Some(Expression::ObjectExpression(object)) => {
                for (alias, value) in properties(object) {
                    if let Expression::StringLiteral(text) = value {
                        add(&text.value, Some(&alias));
                    }
                }
            }
            _ => {}
        }
    }

    fn relation(&self, path: &str) -> Option<Name> {
        let (schema, table) =
            path.rsplit_once('.').map_or((None, path), |(schema, table)| (Some(schema), table));
        let known = self.scene.catalog.named(&Ident::new(table));
        let fits = |name: &&Name| schema.is_none_or(|schema| name.schema.as_str() == schema);
        let public = known.iter().filter(fits).find(|name| name.schema.as_str() == "public");
        public.or_else(|| known.iter().find(fits)).cloned()
    }

    /// Strings that name columns, lists of them, and objects whose keys do.
    fn columns(&mut self, tables: &BTreeMap<String, Name>, argument: &Expression<'_>) {
        match argument.get_inner_expression() {
            Expression::StringLiteral(text) => self.column(tables, &text.value, text),
            Expression::ArrayExpression(list) => {
                for each in list.elements.iter().filter_map(ArrayExpressionElement::as_expression) {
                    self.columns(tables, each);
                }
            }
            other => {
                let Some(object) = object_of(other) else { return };
                for (key, value) in properties(object) {
                    let at = object.span.start;
                    let place = oxc::span::GetSpan::span(value).start;
                    self.column_at(tables, &key, place.max(at));
                    if let Expression::StringLiteral(text) = value
                        && text.value.contains('.')
                    {
                        self.column(tables, &text.value, text);
                    }
                }
            }
        }
    }

    fn column(&mut self, tables: &BTreeMap<String, Name>, text: &str, place: &StringLiteral<'_>) {
        self.column_at(tables, apart(text).0, place.span.start);
    }

    fn column_at(&mut self, tables: &BTreeMap<String, Name>, path: &str, offset: u32) {
        let (qualifier, column) =
            path.rsplit_once('.').map_or((None, path), |(of, column)| (Some(of), column));
        let column = Ident::new(column);
        let owners = self.scene.catalog.with_column(&column);
        let mut own = tables.iter().filter(|(alias, name)| {
            owners.contains(name) && qualifier.is_none_or(|of| of.rsplit('.').next() == Some(alias.as_str()))
        });
        let (Some((_, owner)), None) = (own.next(), own.next()) else { return };
        for (sought, each) in self.scene.sought.iter().enumerate() {
            if each.column.as_ref() == Some(&column) && each.table == *owner {
                self.hits.push(Hit { offset: offset as usize, sought });
            }
        }
    }

    /// Notes a table that goes.
    fn named(&mut self, name: &Name, offset: u32) {
        for (sought, each) in self.scene.sought.iter().enumerate() {
            if each.column.is_none() && each.table == *name {
                self.hits.push(Hit { offset: offset as usize, sought });
            }
        }
    }
}

/// `funds as f` is `funds` under the name `f`.
fn apart(text: &str) -> (&str, Option<&str>) {
    let mut words = text.split_whitespace();
    match (words.next(), words.next(), words.next()) {
        (Some(path), Some(word), Some(alias)) if word.eq_ignore_ascii_case("as") => (path, Some(alias)),
        (Some(path), ..) => (path, None),
        _ => (text, None),
    }
}
