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
    /// Labels of enums that go, with those that take their place.
    pub labels: Vec<MappedLabels>,
    /// What has to happen outside the database before a phase.
    pub gates: Vec<ToldGate>,
}

/// Labels of an enum that go, with those that take their place.
#[derive(Debug, Clone)]
pub struct MappedLabels {
    /// The enum.
    pub type_name: Name,
    /// Each label that goes with one that is wanted.
    pub map: Vec<(String, String)>,
}

/// A column whose existing rows get the value of an expression over their row: a new one, or where it has null one that
/// becomes NOT NULL.
#[derive(Debug, Clone)]
pub struct Fill {
    /// The table.
    pub table: Name,
    /// The column.
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

    /// Labels of an enum that go, with those that take their place.
    pub(crate) fn mapped_labels(&self, type_name: &Name) -> Vec<(String, String)> {
        let of_it = self.labels.iter().filter(|told| told.type_name == *type_name);
        of_it.flat_map(|told| told.map.iter().cloned()).collect()
    }

    /// Refuses what cannot be made, before anything is changed.
    pub(crate) fn check(&self, input: &Input<'_>) -> Result<(), Fault> {
        self.labels.iter().try_for_each(|labels| labels.check(input))?;
        self.transforms.iter().try_for_each(|transform| transform.check(input))?;
        for fill in &self.fills {
            let wanted = input.to.table(&fill.table).and_then(|table| table.column(&fill.column));
            let place = format!("{}.{}", fill.table, fill.column);
            match wanted {
                None => {
                    let what = format!("the wanted schema has no column {place} to fill");
                    let help = "a [[fill]] names a column that the wanted schema adds, or makes NOT NULL";
                    return Err(Fault::new("plan.fill", what).help(help));
                }
                // What is inserted into a column that is there gets the value by a trigger.
                Some(_) if is_there(input, fill) => {}
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

fn is_there(input: &Input<'_>, fill: &Fill) -> bool {
    input.from.table(&fill.table).is_some_and(|table| table.column(&fill.column).is_some())
}

impl MappedLabels {
    /// Refuses a mapping between labels that are not there. One that was made stays in the settings for other
    /// databases.
    fn check(&self, input: &Input<'_>) -> Result<(), Fault> {
        let bad = |what: String| {
            Err(Fault::new("plan.labels", what)
                .help("[[labels]] maps a label that goes to one that the wanted schema has"))
        };
        let (Some(from), Some(to)) =
            (input.from.enums.get(&self.type_name), input.to.enums.get(&self.type_name))
        else {
            return bad(format!("{} is not an enum of both schemas", self.type_name));
        };
        for (label, into) in self.map.iter().filter(|(label, _)| from.labels.contains(label)) {
            if to.labels.contains(label) {
                return bad(format!("{label:?} of {} does not go", self.type_name));
            }
            if !to.labels.contains(into) {
                return bad(format!("the wanted {} has no label {into:?}", self.type_name));
            }
        }
        Ok(())
    }
}
