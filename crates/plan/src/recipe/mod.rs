//! One recipe a file; the first that fits a change makes its steps.

mod add_check;
mod add_column;
mod add_foreign_key;
mod add_key;
mod alter_foreign_key;
mod carried;
mod copy_table;
mod create_index;
mod direct;
mod drop_column;
mod drop_constraint;
mod drop_index;
mod drop_table;
mod fill_column;
mod fill_nulls;
mod filling;
mod identity;
mod partition;
mod partitioned_index;
mod partitioned_key;
mod position;
mod privileges;
mod prove_again;
mod rename_column;
mod rename_table;
mod replace_constraint;
mod replace_index;
mod replace_materialized_view;
mod retype;
mod second_column;
mod set_not_null;
mod stand_in;
mod standing;
mod together;
mod transform;

use model::{Change, Operation};

use crate::draft::Drafted;
use crate::situation::Situation;

pub(crate) use second_column::added_labels;

type Recipe = (&'static str, fn(&Change, &Situation<'_>) -> Option<Drafted>);

const TRANSFORM: &str = "transform_column";

const TOGETHER: &str = "together";

const RETYPE: &str = "retype";

const SECOND_COLUMN: &str = "second_column";

const COPY_TABLE: &str = "copy_table";

/// Every recipe, the more particular ones first.
const RECIPES: &[Recipe] = &[
    ("rename", carried::draft),
    (COPY_TABLE, copy_table::draft),
    (SECOND_COLUMN, second_column_where_no_copy),
    (TRANSFORM, transform::draft),
    ("fill_column", fill_column::draft),
    ("add_column", add_column::draft),
    ("partition", partition::draft),
    ("identity", identity::draft),
    ("replace_constraint", replace_constraint::draft),
    ("replace_materialized_view", replace_materialized_view::draft),
    ("replace_index", replace_index::draft),
    ("partitioned_index", partitioned_index::draft),
    ("partitioned_key", partitioned_key::draft),
    ("create_index", create_index::draft),
    ("add_check", add_check::draft),
    ("add_foreign_key", add_foreign_key::draft),
    ("alter_foreign_key", alter_foreign_key::draft),
    ("add_key", add_key::draft),
    ("fill_nulls", fill_nulls::draft),
    ("set_not_null", set_not_null::draft),
    ("drop_index", drop_index::draft),
    ("drop_constraint", drop_constraint::draft),
    ("drop_column", drop_column::draft),
    ("drop_table", drop_table::draft),
    ("rename_table", rename_table::draft),
    ("rename_column", rename_column::draft),
    (TOGETHER, together::draft),
    (RETYPE, retype::draft),
];

/// A second column for each that changes its type, where the table is not copied whole.
fn second_column_where_no_copy(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    if copy_table::is_chosen(situation) { None } else { second_column::draft(change, situation) }
}

/// The recipe for a change and its steps; `direct` takes what no other does.
pub(crate) fn choose(change: &Change, situation: &Situation<'_>) -> (&'static str, Drafted) {
    let found = RECIPES.iter().find_map(|(name, draft)| Some((*name, draft(change, situation)?)));
    let (name, drafted) = found.unwrap_or_else(|| ("direct", direct::draft(change, situation)));
    let refused = copy_table::refused(change, situation).filter(|_| !drafted.drafts.is_empty());
    let Some(why) = refused else { return (name, drafted) };
    let better = if name == SECOND_COLUMN {
        "be filled several times faster than a second column"
    } else {
        "need no window"
    };
    (name, drafted.note(format!("a copy of the table would {better}, but {why}")))
}

/// Whether no recipe of its own takes the change.
fn is_direct(change: &Change, situation: &Situation<'_>) -> bool {
    is_left_by(&[TOGETHER, RETYPE], change, situation)
}

/// Whether only recipes could take the change that take along whatever nothing else takes.
fn is_left(change: &Change, situation: &Situation<'_>) -> bool {
    is_left_by(&[TOGETHER, RETYPE, SECOND_COLUMN, COPY_TABLE], change, situation)
}

/// Whether every recipe but these leaves the change alone.
fn is_left_by(these: &[&str], change: &Change, situation: &Situation<'_>) -> bool {
    let others = RECIPES.iter().filter(|(name, _)| !these.contains(name));
    others.into_iter().all(|(_, draft)| draft(change, situation).is_none())
}

/// What kind of change it is when it is made by this recipe.
pub(crate) fn operation(recipe: &str, change: &Change) -> Operation {
    match change {
        Change::AddColumn { .. } if recipe == TRANSFORM => Operation::TransformColumn,
        _ => change.operation(),
    }
}
