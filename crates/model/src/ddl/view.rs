use super::comment::{comment, comment_on};
use super::object::parameters;
use super::{columns, when};
use crate::{Change, Name, Object, ObjectRef, Sql, View, sql};

/// `CREATE VIEW` or `CREATE MATERIALIZED VIEW`, then everything the view holds.
pub(super) fn create(name: &Name, view: &View) -> Vec<Sql> {
    let mut out = vec![definition(name, view, false)];
    let on = || name.clone();
    let indexes =
        view.indexes.values().map(|index| Change::CreateIndex { table: on(), index: index.clone() });
    let triggers = view.triggers.iter().map(|(name, trigger)| Object::Trigger {
        table: on(),
        name: name.clone(),
        trigger: trigger.clone(),
    });
    let rules = view.rules.iter().map(|(name, definition)| Object::Rule {
        table: on(),
        name: name.clone(),
        definition: definition.clone(),
    });
    let hangings = triggers.chain(rules).map(|object| Change::Create { object });
    out.extend(indexes.chain(hangings).flat_map(|change| change.sql()));
    out.extend(view.comment.as_deref().map(|text| comment_on(name, view, Some(text))));
    let columns = view.column_comments.iter();
    out.extend(columns.map(|(column, text)| comment(&ObjectRef::Column(on(), column.clone()), Some(text))));
    out
}

/// `CREATE VIEW`, `CREATE OR REPLACE VIEW` or `CREATE MATERIALIZED VIEW`.
pub(super) fn definition(name: &Name, view: &View, replace: bool) -> Sql {
    let kind = match (view.materialized, replace) {
        (true, _) => sql!("CREATE MATERIALIZED VIEW"),
        (false, true) => sql!("CREATE OR REPLACE VIEW"),
        (false, false) => sql!("CREATE VIEW"),
    };
    let options =
        if view.options.is_empty() { sql!("") } else { sql!(" WITH ({})", parameters(&view.options)) };
    let data = when(view.materialized && view.no_data, "\nWITH NO DATA");
    let columns = if view.columns.is_empty() { sql!("") } else { sql!(" {}", columns(&view.columns)) };
    sql!("{} {}{}{} AS\n{}{}", kind, name, columns, options, view.query, data)
}
