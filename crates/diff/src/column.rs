//! Columns that come, go and change.

use model::{Change, Column, ColumnOption, Expr, Identity, Name, ObjectRef, Schema, Table, TypeName};

use crate::events::Event;
use crate::{Sides, inherit, types};

pub(crate) fn compare(sides: &Sides<'_>, table: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    for current in from.columns.iter().filter(|column| !column.inherited) {
        if to.column(&current.name).is_none() {
            drop(sides, table, current, changes);
        }
    }
    for wanted in &to.columns {
        match from.column(&wanted.name) {
            // A parent's new column comes to its children by itself, without identity.
            None if wanted.inherited => {
                identity(table, &Column { identity: None, ..wanted.clone() }, wanted, changes);
            }
            None => add(sides, table, wanted, changes),
            Some(current) => alter(sides, table, current, wanted, changes),
        }
    }
}

fn add(sides: &Sides<'_>, table: &Name, wanted: &Column, changes: &mut Vec<Change>) {
    let column =
        Column { comment: None, storage: None, compression: None, statistics: None, ..wanted.clone() };
    let identity = column.identity.clone().filter(|_| has_children(sides, table));
    if identity.is_none() {
        changes.push(Change::AddColumn { table: table.clone(), column: column.clone() });
        return options(sides, table, &column, wanted, changes);
    }
    // A column with identity does not come to the children of a table; a plain one does.
    let plain = Column { identity: None, ..column };
    changes.push(Change::AddColumn { table: table.clone(), column: plain.clone() });
    let column = plain.name.clone();
    changes.push(Change::SetIdentity { table: table.clone(), column, from: None, to: identity });
    options(sides, table, &plain, wanted, changes);
}

fn drop(sides: &Sides<'_>, table: &Name, current: &Column, changes: &mut Vec<Change>) {
    let column = emptied(sides, table, current, changes);
    changes.push(Change::DropColumn { table: table.clone(), column });
}

/// The column of a table that has children, as it is before it can go: without identity, with which it could not
/// come back, and without a sequence of its own, on which the default of a child's column may stand.
fn emptied(sides: &Sides<'_>, table: &Name, current: &Column, changes: &mut Vec<Change>) -> Column {
    let mut column = current.clone();
    if !has_children(sides, table) {
        return column;
    }
    if let Some(identity) = column.identity.take() {
        let (table, column) = (table.clone(), current.name.clone());
        changes.push(Change::SetIdentity { table, column, from: Some(identity), to: None });
    }
    if column.default.is_some() && owns_sequence(sides, table, current) {
        drop_default(table, current, changes);
        column.default = None;
    }
    column
}

fn owns_sequence(sides: &Sides<'_>, table: &Name, column: &Column) -> bool {
    let owner = Some((table.clone(), column.name.clone()));
    sides.from.sequences.values().any(|sequence| sequence.owned_by == owner)
}

fn has_children(sides: &Sides<'_>, table: &Name) -> bool {
    [sides.from, sides.to].iter().any(|schema| inherit::has_children(schema, table))
}

fn has_grandchildren(sides: &Sides<'_>, table: &Name) -> bool {
    [sides.from, sides.to].iter().any(|schema| inherit::has_grandchildren(schema, table))
}

fn alter(sides: &Sides<'_>, table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    let object = ObjectRef::Column(table.clone(), to.name.clone());
    let event = sides.events.of(&object);
    // What happens to a column of a parent happens to its children's by the same statement.
    let declared = !to.inherited;
    match event {
        Some(Event::Renewed) if !declared => return settings(sides, table, from, to, changes),
        Some(Event::Renewed)
            if sides.events.is_forced(&object)
                || has_grandchildren(sides, table)
                || reads_retyped(sides, &object) =>
        {
            drop(sides, table, from, changes);
            return add(sides, table, to, changes);
        }
        Some(Event::Renewed) => return set_generated(sides, table, from, to, changes),
        Some(Event::Redefaulted) if !inherit::passes_default_on(sides, table, to) => {
            redefault(table, from, to, changes);
        }
        Some(Event::Moved) if declared => move_over(sides, table, from, to, changes),
        Some(Event::Retyped) if declared => {
            if from.generated != to.generated {
                changes.push(drop_expression(table, from));
            }
            alter_type(table, from, to, changes);
        }
        _ if from.generated != to.generated && declared => {
            changes.push(drop_expression(table, from));
            default(table, None, to, changes);
        }
        _ => default(table, from.default.as_ref(), to, changes),
    }
    identity(table, from, to, changes);
    if matches!(event, Some(Event::Retyped | Event::Moved)) {
        // A column with a new type stores it as the type says, or as the change of its type does.
        let (storage, compression) = match changes.iter().rev().find_map(|change| retyping(change, table, to))
        {
            Some(made) => (made.storage.clone(), made.compression.clone()),
            None => (None, None),
        };
        let retyped = Column { storage, compression, ..from.clone() };
        return settings(sides, table, &retyped, to, changes);
    }
    settings(sides, table, from, to, changes);
}

/// Whether the expression of a generated column reads one that changes its type: the server refuses that while the
/// generated one is there, before or after.
fn reads_retyped(sides: &Sides<'_>, object: &ObjectRef) -> bool {
    let is_retyped = |used: &ObjectRef| {
        used != object && matches!(sides.events.of(used), Some(Event::Retyped | Event::Moved))
    };
    [sides.from, sides.to].iter().any(|schema| schema.uses.of(object).iter().any(is_retyped))
}

/// What children of a table have of their own in a column that comes from it.
fn settings(sides: &Sides<'_>, table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    if from.not_null != to.not_null {
        changes.push(Change::SetNotNull {
            table: table.clone(),
            column: to.name.clone(),
            not_null: to.not_null,
        });
    }
    options(sides, table, from, to, changes);
}

/// The column is made anew by one statement, with type, nullability and default as they are wanted.
fn set_generated(sides: &Sides<'_>, table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    let identity = to.identity.clone().filter(|_| !has_children(sides, table));
    let made =
        Column { storage: None, compression: None, statistics: None, comment: None, identity, ..to.clone() };
    let from = emptied(sides, table, from, changes);
    changes.push(Change::SetGenerated { table: table.clone(), from, to: made.clone() });
    self::identity(table, &made, to, changes);
    options(sides, table, &made, to, changes);
}

/// Without its expression the column stays, with its values; everything else of it is a change of its own.
fn drop_expression(table: &Name, from: &Column) -> Change {
    let to = Column { generated: None, ..from.clone() };
    Change::SetGenerated { table: table.clone(), from: from.clone(), to }
}

/// The default is taken away before the type changes, and the wanted one set after: PostgreSQL would
/// otherwise have to convert it, and can refuse to.
fn alter_type(table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    drop_default(table, from, changes);
    changes.push(conversion(table, from, to));
    default(table, None, to, changes);
}

/// The column as the change makes it, where it changes this column's type.
fn retyping<'a>(change: &'a Change, table: &Name, column: &Column) -> Option<&'a Column> {
    match change {
        Change::AlterColumnType { table: on, to, .. } if on == table && to.name == column.name => Some(to),
        _ => None,
    }
}

fn conversion(table: &Name, from: &Column, to: &Column) -> Change {
    let without_default =
        |column: &Column| Column { default: None, default_volatility: None, ..column.clone() };
    Change::AlterColumnType {
        table: table.clone(),
        from: without_default(from),
        to: without_default(to),
        using: from.type_name.using(&to.name, &to.type_name),
    }
}

/// A column whose type goes and comes again: as text it waits for it.
fn move_over(sides: &Sides<'_>, table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    drop_default(table, from, changes);
    if from.type_name != to.type_name && !needs_renewed_type(sides, table, to) {
        changes.push(conversion(table, from, to));
    } else if from.type_name != to.type_name || !types::moves_with_enum(sides, table, from) {
        let is_array = from.type_name.0.ends_with("[]");
        let text = Column {
            type_name: TypeName::new(if is_array { "text[]" } else { "text" }),
            collation: None,
            storage: None,
            compression: None,
            ..from.clone()
        };
        changes.push(conversion(table, from, &text));
        changes.push(conversion(table, &text, to));
    }
    default(table, None, to, changes);
}

/// Whether the wanted type, or collation, is one that goes and comes again.
fn needs_renewed_type(sides: &Sides<'_>, table: &Name, to: &Column) -> bool {
    let uses = sides.to.uses.of(&ObjectRef::Column(table.clone(), to.name.clone()));
    let types = uses.iter().filter(|used| matches!(used, ObjectRef::Type(_) | ObjectRef::Collation(_)));
    types.into_iter().any(|used| sides.events.renews(used))
}

fn drop_default(table: &Name, from: &Column, changes: &mut Vec<Change>) {
    let without = Column { default: None, ..from.clone() };
    default(table, from.default.as_ref(), &without, changes);
}

fn redefault(table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    drop_default(table, from, changes);
    default(table, None, to, changes);
}

fn default(table: &Name, from: Option<&Expr>, to: &Column, changes: &mut Vec<Change>) {
    if from != to.default.as_ref() {
        changes.push(Change::SetDefault {
            table: table.clone(),
            column: to.name.clone(),
            from: from.cloned(),
            to: to.default.clone(),
        });
    }
}

fn identity(table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    let current = from.identity.as_ref().map(|identity| retyped(identity, from, to));
    // One that goes does so before the column changes its type.
    let current = if to.identity.is_none() { from.identity.clone() } else { current };
    if current != to.identity {
        changes.push(Change::SetIdentity {
            table: table.clone(),
            column: to.name.clone(),
            from: current,
            to: to.identity.clone(),
        });
    }
}

/// The identity after its column has changed its type: a bound that was the old type's own becomes the
/// new type's.
pub fn retyped(identity: &Identity, from: &Column, to: &Column) -> Identity {
    let mut identity = identity.clone();
    if let (Some((old_min, old_max)), Some((min, max))) = (bounds(&from.type_name), bounds(&to.type_name)) {
        let sequence = &mut identity.sequence;
        sequence.type_name = to.type_name.clone();
        sequence.max = if sequence.max == old_max { max } else { sequence.max };
        sequence.min = if sequence.min == old_min { min } else { sequence.min };
    }
    identity
}

fn bounds(type_name: &TypeName) -> Option<(i64, i64)> {
    match type_name.0.as_str() {
        "smallint" => Some((i16::MIN.into(), i16::MAX.into())),
        "integer" => Some((i32::MIN.into(), i32::MAX.into())),
        "bigint" => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

fn options(sides: &Sides<'_>, table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    let own = || own_storage(sides.to, &to.type_name).map(str::to_owned);
    let changes_storage = from.storage != to.storage;
    let storage = |column: &Column| match &column.storage {
        None if changes_storage => own(),
        storage => storage.clone(),
    };
    let target = |column: &Column| column.statistics.map(|target| target.to_string());
    let settings = [
        (ColumnOption::Storage, storage(from), storage(to)),
        (ColumnOption::Compression, from.compression.clone(), to.compression.clone()),
        (ColumnOption::Statistics, target(from), target(to)),
    ];
    for (option, from, to_setting) in settings {
        if from != to_setting {
            changes.push(Change::SetColumnOption {
                table: table.clone(),
                column: to.name.clone(),
                option,
                from,
                to: to_setting,
            });
        }
    }
}

/// Whether a column returns to its type's own way of storing values, which nobody here knows: taking its type again
/// brings it, without rewriting the table.
pub(crate) fn takes_type_again(schema: &Schema, current: &Column, wanted: &Column) -> bool {
    let is_same = current.type_name == wanted.type_name && current.generated == wanted.generated;
    let returns = is_same && current.storage.is_some() && wanted.storage.is_none();
    returns && own_storage(schema, &wanted.type_name).is_none()
}

/// The storage that a type has by itself, which PostgreSQL takes by the name DEFAULT only from 16 on; none for
/// types of extensions, of which it is not known.
fn own_storage(schema: &Schema, type_name: &TypeName) -> Option<&'static str> {
    let domain = type_name.0.parse().ok().and_then(|name: Name| schema.domains.get(&name));
    if let Some(domain) = domain.filter(|_| !type_name.is_built_in()) {
        return own_storage(schema, &domain.type_name);
    }
    let is_main = ["numeric", "inet", "cidr"].iter().any(|name| {
        type_name.0 == *name || type_name.0.starts_with(&format!("{name}(")) && !type_name.0.ends_with("[]")
    });
    let is_known = type_name.is_built_in() || type_name.0.ends_with("[]") || {
        let name = type_name.0.parse::<Name>().ok();
        name.is_some_and(|name| crate::find::type_object(schema, &name).is_some())
    };
    is_known.then_some(if is_main { "MAIN" } else { "EXTENDED" })
}
