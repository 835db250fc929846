//! Renames: made when told, suggested where a drop and an add look alike, never guessed.

use std::str::FromStr;

use model::{Change, Fault, Ident, Name, Schema, ident_path};

mod alike;
mod expression;
mod schema;

pub use alike::Ambiguity;
pub(crate) use alike::ambiguities;
pub use expression::{mentions, rename as rename_in_expression};
pub use schema::{rename_column, rename_table};

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

/// The renames that take these back.
pub(crate) fn taken_back(renames: &[Rename]) -> Vec<Rename> {
    let back = |rename: &Rename| match rename {
        Rename::Table { from, to } => Rename::Table { from: to.clone(), to: from.clone() },
        Rename::Column { table, from, to } => {
            Rename::Column { table: renamed_table(renames, table), from: to.clone(), to: from.clone() }
        }
    };
    renames.iter().map(back).collect()
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

    #[test]
    fn renames_are_taken_back_by_the_names_they_made() {
        let told = ["public.a.x=y", "public.a=public.b"].map(|text| text.parse::<Rename>().unwrap());
        let back = ["public.b.y=x", "public.b=public.a"].map(|text| text.parse::<Rename>().unwrap());
        assert_eq!(taken_back(&told), back);
        assert_eq!(taken_back(&back), told);
    }
}
