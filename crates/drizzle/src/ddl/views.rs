//! Views and materialized views, each after those it reads from.

use std::collections::BTreeSet;

use model::{Name, Sql, sql};

use super::{Builder, ident, qualified};
use crate::described::ViewText;
use crate::project::{External, Makes};

impl Builder<'_> {
    pub(super) fn views(&mut self) {
        for view in self.described.views.iter().filter(|view| view.existing) {
            let name = view_name(view);
            self.scaffold(stub(view, &name, &self.types), External::View(name));
        }
        for view in in_order(&self.described.views) {
            let name = view_name(view);
            let sql = create_view(view, &name);
            self.push(sql, name.to_string(), Makes::Object(name), &view.origins);
        }
    }
}

/// The name of a view in the database.
pub(crate) fn view_name(view: &ViewText) -> Name {
    qualified(view.schema.as_deref(), &view.name)
}

/// A view with the right columns and no rows, in place of one that exists elsewhere.
fn stub(view: &ViewText, name: &Name, types: &[Sql]) -> Sql {
    let columns =
        view.columns.iter().map(|column| sql!("NULL::{} AS {}", types[column.kind], ident(&column.name)));
    sql!("CREATE {}VIEW {} AS SELECT {}", materialized(view), name, Sql::join(columns, ", "))
}

fn materialized(view: &ViewText) -> Sql {
    Sql::verbatim(if view.materialized { "MATERIALIZED " } else { "" })
}

fn create_view(view: &ViewText, name: &Name) -> Sql {
    let mut sql = sql!("CREATE {}VIEW {}", materialized(view), name);
    if let Some(method) = &view.using {
        sql = sql.then(&sql!(" USING {}", ident(method)));
    }
    if !view.with.is_empty() {
        let options =
            view.with.iter().map(|(key, value)| sql!("{} = {}", ident(&snake(key)), Sql::verbatim(value)));
        sql = sql.then(&sql!(" WITH ({})", Sql::join(options, ", ")));
    }
    if let Some(tablespace) = &view.tablespace {
        sql = sql.then(&sql!(" TABLESPACE {}", ident(tablespace)));
    }
    let query = view.query.as_deref().unwrap_or_default().trim().trim_end_matches(';');
    sql = sql.then(&sql!(" AS {}", Sql::verbatim(query)));
    sql.then(&Sql::verbatim(if view.with_no_data { " WITH NO DATA" } else { "" }))
}

/// `autovacuumFreezeMaxAge` as PostgreSQL writes it.
fn snake(key: &str) -> String {
    let mut out = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// The views the project makes, each after the ones its query names; in a circle, as they are exported.
fn in_order(views: &[ViewText]) -> Vec<&ViewText> {
    let mut waiting: Vec<&ViewText> = views.iter().filter(|view| !view.existing).collect();
    let words: Vec<BTreeSet<String>> =
        waiting.iter().map(|view| words(view.query.as_deref().unwrap_or_default())).collect();
    let mut words = words;
    let mut ordered = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        let ready = (0..waiting.len()).find(|&at| {
            !waiting.iter().enumerate().any(|(other, view)| other != at && words[at].contains(&view.name))
        });
        let at = ready.unwrap_or(0);
        ordered.push(waiting.remove(at));
        words.remove(at);
    }
    ordered
}

/// The identifiers of a query, with or without quotes.
pub(crate) fn words(query: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for (at, part) in query.split('"').enumerate() {
        if at % 2 == 1 {
            words.insert(part.to_owned());
        } else {
            let plain =
                part.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty());
            words.extend(plain.map(str::to_lowercase));
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(name: &str, query: &str) -> ViewText {
        ViewText {
            schema: None,
            name: name.into(),
            materialized: false,
            existing: false,
            columns: Vec::new(),
            query: Some(query.into()),
            with: Vec::new(),
            using: None,
            tablespace: None,
            with_no_data: false,
            origins: Vec::new(),
        }
    }

    #[test]
    fn a_view_comes_after_what_it_reads() {
        let views = [
            view("c", "select * from \"b\" join a on true"),
            view("b", "select * from A"),
            view("a", "select 1"),
        ];
        let names: Vec<&str> = in_order(&views).iter().map(|view| view.name.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let circle = [view("x", "select * from y"), view("y", "select * from x")];
        assert_eq!(in_order(&circle).len(), 2);
    }
}
