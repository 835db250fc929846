//! Columns that come, go and change.

use model::{Change, Column, ColumnOption, Expr, Name, Table};

use crate::conversion;

pub(crate) fn compare(table: &Name, from: &Table, to: &Table, changes: &mut Vec<Change>) {
    for current in from.columns.iter().filter(|column| !column.inherited) {
        if to.column(&current.name).is_none() {
            changes.push(Change::DropColumn { table: table.clone(), column: current.clone() });
        }
    }
    for wanted in to.columns.iter().filter(|column| !column.inherited) {
        match from.column(&wanted.name) {
            None => add(table, wanted, changes),
            Some(current) => alter(table, current, wanted, changes),
        }
    }
}

fn add(table: &Name, wanted: &Column, changes: &mut Vec<Change>) {
    let column =
        Column { comment: None, storage: None, compression: None, statistics: None, ..wanted.clone() };
    changes.push(Change::AddColumn { table: table.clone(), column: column.clone() });
    options(table, &column, wanted, changes);
}

fn alter(table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    if from.generated != to.generated {
        changes.push(Change::SetGenerated { table: table.clone(), from: from.clone(), to: to.clone() });
        // Added anew, the column has its wanted type, nullability and default already; without its
        // expression it keeps the old type.
        if to.generated.is_some() || from.generated.as_ref().is_some_and(|g| !g.stored) {
            return options(
                table,
                &Column { storage: None, compression: None, statistics: None, ..to.clone() },
                to,
                changes,
            );
        }
    }
    if from.type_name != to.type_name || from.collation != to.collation {
        alter_type(table, from, to, changes);
    } else {
        default(table, from.default.as_ref(), to, changes);
    }
    if from.identity != to.identity {
        changes.push(Change::SetIdentity {
            table: table.clone(),
            column: to.name.clone(),
            from: from.identity.clone(),
            to: to.identity.clone(),
        });
    }
    if from.not_null != to.not_null {
        changes.push(Change::SetNotNull {
            table: table.clone(),
            column: to.name.clone(),
            not_null: to.not_null,
        });
    }
    options(table, from, to, changes);
}

/// The default is taken away before the type changes, and the wanted one set after: PostgreSQL would
/// otherwise have to convert it, and can refuse to.
fn alter_type(table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    let keeps_default = from.default == to.default && from.default.is_none();
    if !keeps_default && from.default.is_some() {
        let without = Column { default: None, ..to.clone() };
        default(table, from.default.as_ref(), &without, changes);
    }
    changes.push(Change::AlterColumnType {
        table: table.clone(),
        from: from.clone(),
        to: to.clone(),
        using: using(from, to),
    });
    default(table, None, to, changes);
}

/// `USING` for conversions that PostgreSQL makes only when asked. Naming it where it is not needed would
/// rewrite tables that need not be.
fn using(from: &Column, to: &Column) -> Option<Expr> {
    if conversion::by_assignment(&from.type_name, &to.type_name) {
        return None;
    }
    let cast = model::sql!("{}::{}", to.name, to.type_name);
    Some(Expr::new(cast.to_string()))
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

fn options(table: &Name, from: &Column, to: &Column, changes: &mut Vec<Change>) {
    let settings = [
        (ColumnOption::Storage, from.storage.clone(), to.storage.clone()),
        (ColumnOption::Compression, from.compression.clone(), to.compression.clone()),
        (
            ColumnOption::Statistics,
            from.statistics.map(|n| n.to_string()),
            to.statistics.map(|n| n.to_string()),
        ),
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
