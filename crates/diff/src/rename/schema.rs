//! A new name of a table or column, in everything of a schema that names it.

use model::{Expr, Ident, Name, ObjectRef, Schema, Table};

use super::expression;

/// Gives a table another name, in everything that names it.
pub fn rename_table(schema: &mut Schema, old: &Name, new: &Name) {
    if let Some(mut table) = schema.tables.remove(old) {
        // The server writes a table's name into the definitions of what hangs on it.
        let on = |definition: &Expr| Expr::new(definition.0.replacen(&old.to_string(), &new.to_string(), 1));
        table.triggers.values_mut().for_each(|trigger| trigger.definition = on(&trigger.definition));
        table.rules.values_mut().for_each(|rule| *rule = on(rule));
        schema.tables.insert(new.clone(), table);
    }
    rename_uses(schema, |object| match object.relation() {
        Some(relation) if relation == old => object.within(new),
        _ => object,
    });
    for table in schema.tables.values_mut() {
        for constraint in table.constraints.values_mut() {
            if let model::ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *old
            {
                key.references = new.clone();
            }
        }
        if let Some((parent, _)) = &mut table.partition_of
            && parent == old
        {
            *parent = new.clone();
        }
        for parent in table.inherits.iter_mut().filter(|parent| *parent == old) {
            *parent = new.clone();
        }
    }
    for sequence in schema.sequences.values_mut() {
        if let Some((owner, _)) = &mut sequence.owned_by
            && owner == old
        {
            *owner = new.clone();
        }
    }
}

/// The same uses under new names.
fn rename_uses(schema: &mut Schema, name: impl Fn(ObjectRef) -> ObjectRef) {
    schema.uses = std::mem::take(&mut schema.uses).renamed(&name);
    for view in schema.views.values_mut() {
        view.depends_on = std::mem::take(&mut view.depends_on).into_iter().map(&name).collect();
    }
}

/// Gives a column another name, in everything that names it.
pub fn rename_column(schema: &mut Schema, table_name: &Name, old: &Ident, new: &Ident) {
    rename_uses(schema, |object| match object.column() {
        Some((table, column)) if table == table_name && column == old => {
            ObjectRef::Column(table.clone(), new.clone())
        }
        _ => object,
    });
    let children = crate::inherit::children(schema).remove(table_name).unwrap_or_default();
    for child in children {
        let comes_along = |table: &Table| table.column(old).is_some_and(|column| column.inherited);
        if schema.tables.get(&child).is_some_and(comes_along) {
            rename_column(schema, &child, old, new);
        }
    }
    for (name, table) in &mut schema.tables {
        if name == table_name {
            rename_within(table, old, new);
        }
        for constraint in table.constraints.values_mut() {
            if let model::ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *table_name
            {
                replace_all(&mut key.referenced_columns, old, new);
            }
        }
    }
    for sequence in schema.sequences.values_mut() {
        if let Some((owner, column)) = &mut sequence.owned_by
            && owner == table_name
            && column == old
        {
            *column = new.clone();
        }
    }
}

fn replace_all(columns: &mut [Ident], old: &Ident, new: &Ident) {
    for column in columns.iter_mut().filter(|column| *column == old) {
        *column = new.clone();
    }
}

/// The server renames a column in every expression of its table; so does this.
fn rename_within(table: &mut Table, old: &Ident, new: &Ident) {
    use model::ConstraintKind::{Check, Exclusion, ForeignKey, NotNull, PrimaryKey, Unique};
    let expression = |text: &mut model::Expr| text.0 = expression::rename(&text.0, old, new);
    for column in &mut table.columns {
        if column.name == *old {
            column.name = new.clone();
        }
        if let Some(generated) = &mut column.generated {
            expression(&mut generated.expression);
        }
    }
    let key = |key: &mut model::IndexKey| {
        if key.column.as_ref() == Some(old) {
            *key = model::IndexKey {
                expression: model::Expr::new(new.to_string()),
                column: Some(new.clone()),
                ..key.clone()
            };
        } else if key.column.is_none() {
            expression(&mut key.expression);
        }
    };
    for constraint in table.constraints.values_mut() {
        match &mut constraint.kind {
            PrimaryKey { columns, include, .. } | Unique { columns, include, .. } => {
                replace_all(columns, old, new);
                replace_all(include, old, new);
            }
            ForeignKey(foreign) => {
                replace_all(&mut foreign.columns, old, new);
                replace_all(&mut foreign.on_delete_columns, old, new);
            }
            Check { expression: check, .. } => expression(check),
            Exclusion { keys, include, predicate, .. } => {
                replace_all(include, old, new);
                keys.iter_mut().for_each(|(column, _)| key(column));
                predicate.iter_mut().for_each(expression);
            }
            NotNull { column } => replace_all(std::slice::from_mut(column), old, new),
        }
    }
    for index in table.indexes.values_mut() {
        index.keys.iter_mut().for_each(key);
        replace_all(&mut index.include, old, new);
        index.predicate.iter_mut().for_each(expression);
    }
    table.partition_by.iter_mut().for_each(expression);
    table.triggers.values_mut().for_each(|trigger| expression(&mut trigger.definition));
    for policy in table.policies.values_mut() {
        policy.using.iter_mut().for_each(expression);
        policy.check.iter_mut().for_each(expression);
    }
}
