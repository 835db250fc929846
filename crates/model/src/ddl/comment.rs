use crate::{Literal, ObjectRef, Sql, sql};

/// `COMMENT ON`; none takes the comment away.
pub(super) fn comment(on: &ObjectRef, text: Option<&str>) -> Sql {
    let target = match on {
        ObjectRef::Namespace(name) => sql!("SCHEMA {}", name),
        ObjectRef::Extension(name) => sql!("EXTENSION {}", name),
        ObjectRef::Collation(name) => sql!("COLLATION {}", name),
        ObjectRef::Type(name) => sql!("TYPE {}", name),
        ObjectRef::Sequence(name) => sql!("SEQUENCE {}", name),
        ObjectRef::Table(name) => sql!("TABLE {}", name),
        ObjectRef::View(name) => sql!("VIEW {}", name),
        ObjectRef::MaterializedView(name) => sql!("MATERIALIZED VIEW {}", name),
        ObjectRef::Column(table, column) => sql!("COLUMN {}.{}", table, column),
        ObjectRef::Constraint(table, name) => sql!("CONSTRAINT {} ON {}", name, table),
        ObjectRef::Index(table, name) => sql!("INDEX {}", table.sibling(name)),
        ObjectRef::Routine(identity) => sql!("ROUTINE {}", Sql::verbatim(identity.clone())),
        ObjectRef::Trigger(table, name) => sql!("TRIGGER {} ON {}", name, table),
        ObjectRef::Rule(table, name) => sql!("RULE {} ON {}", name, table),
        ObjectRef::Policy(table, name) => sql!("POLICY {} ON {}", name, table),
    };
    let text = text.map_or(sql!("NULL"), |text| sql!("{}", Literal::new(text)));
    sql!("COMMENT ON {} IS {}", target, text)
}

/// `COMMENT ON` a view of either kind.
pub(super) fn comment_on(name: &crate::Name, view: &crate::View, text: Option<&str>) -> Sql {
    comment(&view.reference(name), text)
}
