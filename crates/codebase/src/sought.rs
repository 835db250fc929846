//! What is looked for.

use model::{Change, Ident, Name, Object, Schema};

/// A table or a column that goes, or gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sought {
    /// The object as red flags name it: `public.funds`, `public.funds.vintage`.
    pub object: String,
    /// The table, by its name so far.
    pub table: Name,
    /// The column, by its name so far; none for a table as a whole.
    pub column: Option<Ident>,
    /// The new name of what is renamed.
    pub renamed_to: Option<Ident>,
}

/// Everything that changes take away under the name that code knows.
pub fn sought(changes: &[Change], from: &Schema) -> Vec<Sought> {
    changes.iter().filter_map(|change| one(change, changes, from)).collect()
}

fn one(change: &Change, changes: &[Change], from: &Schema) -> Option<Sought> {
    match change {
        Change::Drop { object: Object::Table { name, .. } | Object::View { name, .. } } => {
            let comes_back = changes.iter().any(|other| {
                matches!(other, Change::Create { object: Object::Table { name: new, .. } | Object::View { name: new, .. } } if new == name)
            });
            (!comes_back).then(|| Sought {
                object: name.to_string(),
                table: name.clone(),
                column: None,
                renamed_to: None,
            })
        }
        Change::RenameTable { from, to } => Some(Sought {
            object: from.to_string(),
            table: from.clone(),
            column: None,
            renamed_to: Some(to.name.clone()),
        }),
        Change::DropColumn { table, column } => {
            let comes_back = changes.iter().any(|other| {
                matches!(other, Change::AddColumn { table: of, column: added } if of == table && added.name == column.name)
            });
            (!comes_back).then(|| of_column(table, &column.name, None, changes, from))
        }
        Change::RenameColumn { table, from: old, to } => {
            Some(of_column(table, old, Some(to.clone()), changes, from))
        }
        _ => None,
    }
}

/// A column, in a table that may be renamed as well: code knows it by its old name.
fn of_column(
    table: &Name,
    column: &Ident,
    renamed_to: Option<Ident>,
    changes: &[Change],
    from: &Schema,
) -> Sought {
    let old = changes.iter().find_map(|change| match change {
        Change::RenameTable { from, to } if to == table => Some(from.clone()),
        _ => None,
    });
    let known = old.filter(|_| from.table(table).is_none()).unwrap_or_else(|| table.clone());
    Sought { object: format!("{table}.{column}"), table: known, column: Some(column.clone()), renamed_to }
}
