//! Renames: made when told, suggested where a drop and an add look alike, never guessed.

use std::str::FromStr;

use model::{Change, Expr, Fault, Ident, Name, ObjectRef, Schema, Table, ident_path};
use serde::{Deserialize, Serialize};

mod expression;

pub use expression::{mentions, rename as rename_in_expression};

/// A rename a person told: `public.funds.vintage=vintage_year` or `public.funds=vehicles`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rename {
    /// A column.
    Column {
        /// Its table, by the name it has before.
        table: Name,
        /// Its name so far.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// A table.
    Table {
        /// Its name so far.
        from: Name,
        /// Its new name.
        to: Name,
    },
}

impl FromStr for Rename {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let bad = || {
            Fault::new("diff.rename", format!("\"{text}\" is no rename"))
                .help("write schema.table.column=new_name or schema.table=new_name")
        };
        let (from, to) = text.split_once('=').ok_or_else(bad)?;
        let mut from = ident_path(from).map_err(|_| bad())?;
        let mut to = ident_path(to).map_err(|_| bad())?;
        let (Some(last), Some(new)) = (from.pop(), to.pop()) else { return Err(bad()) };
        match (from.pop(), from.pop(), from.is_empty()) {
            (Some(table), Some(schema), true) => {
                Ok(Self::Column { table: Name { schema, name: table }, from: last, to: new })
            }
            (Some(schema), None, _) => {
                let to = Name { schema: to.pop().unwrap_or_else(|| schema.clone()), name: new };
                Ok(Self::Table { from: Name { schema, name: last }, to })
            }
            _ => Err(bad()),
        }
    }
}

/// A drop and an add that could be a rename; only a person knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ambiguity {
    /// What would be dropped: `public.funds.vintage`.
    pub dropped: String,
    /// What would be added: `public.funds.vintage_year`.
    pub added: String,
    /// Why they look alike, in words.
    pub reasons: Vec<String>,
    /// The option that tells it is a rename.
    pub option: String,
}

/// The schema after the renames, and the changes that make them.
pub(crate) fn apply(from: &Schema, to: &Schema, renames: &[Rename]) -> Result<(Schema, Vec<Change>), Fault> {
    let mut schema = from.clone();
    let mut changes = Vec::new();
    for rename in renames {
        match rename {
            Rename::Table { from: old, to: new } => {
                if made(from.tables.contains_key(old), to.tables.contains_key(new), &old.to_string())? {
                    rename_table(&mut schema, old, new);
                    changes.push(Change::RenameTable { from: old.clone(), to: new.clone() });
                }
            }
            Rename::Column { table, from: old, to: new } => {
                let name = renamed_table(renames, table);
                let has = |schema: &Schema, table: &Name, column: &Ident| {
                    schema.tables.get(table).is_some_and(|table| table.column(column).is_some())
                };
                let place = format!("{table}.{old}");
                if made(has(from, table, old), has(to, &name, new), &place)? {
                    rename_column(&mut schema, &name, old, new);
                    changes.push(Change::RenameColumn { table: name, from: old.clone(), to: new.clone() });
                }
            }
        }
    }
    Ok((schema, changes))
}

/// Whether the rename is to be made; one that was made already is not, one that cannot be is an error.
fn made(old_is_there: bool, new_is_wanted: bool, old: &str) -> Result<bool, Fault> {
    match (old_is_there, new_is_wanted) {
        (true, true) => Ok(true),
        (false, true) => Ok(false),
        (_, false) => Err(Fault::new(
            "diff.rename",
            format!("the rename of {old} leads to a name that the wanted schema does not have"),
        )
        .help("check both names of the --rename, or take it away")),
    }
}

fn renamed_table(renames: &[Rename], table: &Name) -> Name {
    let found = renames.iter().find_map(|rename| match rename {
        Rename::Table { from, to } if from == table => Some(to.clone()),
        _ => None,
    });
    found.unwrap_or_else(|| table.clone())
}

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

/// Drops and adds that look alike: columns of one table with the same type, tables with mostly the same
/// columns.
pub(crate) fn ambiguities(from: &Schema, to: &Schema) -> Vec<Ambiguity> {
    let mut found = Vec::new();
    for (name, wanted) in &to.tables {
        if let Some(current) = from.tables.get(name) {
            found.extend(alike_columns(name, current, wanted));
        }
    }
    let gone = from.tables.iter().filter(|(name, _)| !to.tables.contains_key(name));
    for (old, current) in gone {
        for (new, wanted) in to.tables.iter().filter(|(name, _)| !from.tables.contains_key(name)) {
            found.extend(alike_tables(old, current, new, wanted));
        }
    }
    found
}

fn alike_columns(name: &Name, current: &Table, wanted: &Table) -> Vec<Ambiguity> {
    let gone = current.columns.iter().filter(|column| wanted.column(&column.name).is_none());
    let new: Vec<_> = wanted.columns.iter().filter(|column| current.column(&column.name).is_none()).collect();
    let alike = gone.flat_map(|old| {
        new.iter().filter(move |column| column.type_name == old.type_name).map(move |column| Ambiguity {
            dropped: format!("{name}.{}", old.name),
            added: format!("{name}.{}", column.name),
            reasons: vec![format!("both are {}", old.type_name)],
            option: format!("--rename {name}.{}={}", old.name, column.name),
        })
    });
    alike.collect()
}

fn alike_tables(old: &Name, current: &Table, new: &Name, wanted: &Table) -> Option<Ambiguity> {
    let shared = current.columns.iter().filter(|column| {
        wanted.column(&column.name).is_some_and(|other| other.type_name == column.type_name)
    });
    let shared = shared.count();
    let most = current.columns.len().max(wanted.columns.len());
    (most > 0 && shared * 2 > most).then(|| Ambiguity {
        dropped: old.to_string(),
        added: new.to_string(),
        reasons: vec![format!("{shared} of {most} columns have the same name and type")],
        option: format!("--rename {old}={new}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn renames_are_read_with_their_quotes() {
        let rename: Rename = "public.funds.vintage=vintage_year".parse().unwrap();
        let expected = Rename::Column {
            table: Name::new("public", "funds"),
            from: Ident::new("vintage"),
            to: Ident::new("vintage_year"),
        };
        assert_eq!(rename, expected);
        let rename: Rename = "public.\"Old Funds\"=archive.funds".parse().unwrap();
        let expected =
            Rename::Table { from: Name::new("public", "Old Funds"), to: Name::new("archive", "funds") };
        assert_eq!(rename, expected);
        assert!("funds".parse::<Rename>().is_err() && "a.b.c.d=e".parse::<Rename>().is_err());
    }
}
