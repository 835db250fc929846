//! What a person told about a change that two schemas alone do not say.

mod transform;

use model::{Expr, Fault, Ident, Name, PhaseName};

pub use transform::{Distribution, Rule, Transform};

use crate::Input;

/// What a person told: nothing, by default.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Columns whose values become those of another column.
    pub transforms: Vec<Transform>,
    /// New columns whose existing rows get another value than the default.
    pub fills: Vec<Fill>,
    /// What has to happen outside the database before a phase.
    pub gates: Vec<ToldGate>,
}

/// A new column whose existing rows get the value of an expression over their row.
#[derive(Debug, Clone)]
pub struct Fill {
    /// The table.
    pub table: Name,
    /// The new column.
    pub column: Ident,
    /// The expression, as its author wrote it.
    pub with: Expr,
}

/// Something that has to happen outside the database, and what can be counted of it.
#[derive(Debug, Clone)]
pub struct ToldGate {
    /// The phase that waits.
    pub before: PhaseName,
    /// What it waits for, in a sentence.
    pub waits_for: String,
    /// A table from which nothing may be deleted while it is watched.
    pub no_deletes_from: Option<Name>,
    /// How long it is watched at least, in ms.
    pub watched_for_ms: u64,
}

impl Told {
    /// Whether a drop and an add are no rename, because a mapping leads from one to the other.
    pub fn explains(&self, dropped: &str, added: &str) -> bool {
        self.transforms
            .iter()
            .any(|told| told.source() == dropped || format!("{}.{}", told.table, told.into) == added)
    }

    /// Refuses what cannot be made, before anything is changed.
    pub(crate) fn check(&self, input: &Input<'_>) -> Result<(), Fault> {
        self.transforms.iter().try_for_each(|transform| transform.check(input))?;
        for fill in &self.fills {
            let wanted = input.to.table(&fill.table).and_then(|table| table.column(&fill.column));
            let place = format!("{}.{}", fill.table, fill.column);
            match wanted {
                None => {
                    let what = format!("the wanted schema has no column {place} to fill");
                    let help = "a [[fill]] names a column that the wanted schema adds";
                    return Err(Fault::new("plan.fill", what).help(help));
                }
                Some(wanted) if wanted.default.is_none() => {
                    let what = format!(
                        "{place} has no default: what is inserted during the run would have no value"
                    );
                    return Err(
                        Fault::new("plan.fill", what).help("give the column a default in the wanted schema")
                    );
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}
