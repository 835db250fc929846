//! Which category a change falls in, as a plain push would make it.

use facts::{ConversionContext, Using};
use model::{Category, Change, Column, Name, Object, TypeName, Volatility};

use crate::{Input, Judged, has_rows};

pub(crate) fn category(input: &Input<'_>, at: usize, judged: &Judged) -> Category {
    let change = &judged.change;
    let rows = change.table().and_then(|table| has_rows(input, &table));
    if is_dangerous(input, change, rows) || input.violated(at).is_some() {
        return Category::Dangerous;
    }
    if !judged.unknown.is_empty() {
        return Category::Risky;
    }
    if input.meets_rows(judged) == Some(false)
        && !matches!(change, Change::RenameTable { .. } | Change::RenameColumn { .. })
    {
        return Category::Safe;
    }
    if is_risky(judged) { Category::Risky } else { Category::Safe }
}

/// Loses data, will fail, or breaks running code.
fn is_dangerous(input: &Input<'_>, change: &Change, rows: Option<bool>) -> bool {
    match change {
        Change::DropColumn { table, column } => !steps_aside(input, table, column),
        Change::Drop { object: Object::Table { .. } } => true,
        // Running code breaks.
        Change::Drop { object: Object::View { .. } } => {
            input.uses(change).is_some_and(|(_, uses)| !uses.is_empty())
        }
        Change::AddColumn { column, .. } => column.not_null && !column.fills_itself() && rows != Some(false),
        Change::AlterColumnType { from, to, using, .. } => {
            rows != Some(false) && (using.is_some() || narrows(&from.type_name, &to.type_name))
        }
        Change::ReplaceEnum { from, to, .. } => from.iter().any(|label| !to.contains(label)),
        Change::DropIndex { .. } => drops_used_index(input, change),
        _ => false,
    }
}

/// Whether a generated column is dropped only to be made again.
fn steps_aside(input: &Input<'_>, table: &Name, column: &Column) -> bool {
    let comes_back = |change: &Change| {
        matches!(change, Change::AddColumn { table: of, column: added }
            if of == table && added.name == column.name && added.generated.is_some())
    };
    column.generated.is_some() && input.changes.iter().any(|judged| comes_back(&judged.change))
}

/// Whether an index goes that queries were seen to use.
pub(crate) fn drops_used_index(input: &Input<'_>, change: &Change) -> bool {
    let Change::DropIndex { table, index } = change else { return false };
    let scans = input.table_statistics(table).and_then(|table| table.index_scans.get(&index.name));
    scans.is_some_and(|scans| *scans > 0)
}

/// Blocks, scans, rewrites, renames, or takes away what only some code needs.
fn is_risky(judged: &Judged) -> bool {
    let effect = &judged.effect;
    let blocks_long = effect.index_builds > 0 || !effect.scans.is_empty() || !effect.rewrites.is_empty();
    let takes = match &judged.change {
        Change::RenameTable { .. } | Change::RenameColumn { .. } => true,
        Change::DropColumn { .. } | Change::DropIndex { .. } => true,
        Change::SetNotNull { not_null, .. } => *not_null,
        Change::Drop { .. } => true,
        Change::DropConstraint { constraint, .. } => constraint.has_index(),
        Change::AddConstraint { constraint, .. } => !constraint.not_valid && !constraint.not_enforced,
        Change::AlterForeignKey { .. } | Change::SetTableOption { .. } | Change::SetPartition { .. } => true,
        // What a domain asks of its rows is read from them; what it no longer asks harms nobody.
        Change::Replace { to: Object::Domain { .. }, .. } => false,
        // From now on rows are hidden, changed or refused that code counts on.
        Change::Create { object: Object::Policy { .. } | Object::Trigger { .. } | Object::Rule { .. } } => {
            true
        }
        Change::Replace { .. } | Change::SetGenerated { .. } | Change::SetIdentity { .. } => true,
        Change::AddColumn { column, .. } => column.default_volatility == Some(Volatility::Volatile),
        _ => false,
    };
    blocks_long || takes
}

/// Whether the change destroys stored values. What a generated column holds is computed: a column that
/// steps aside, and one whose expression changes, lose nothing.
pub(crate) fn loses_data(judged: &Judged) -> bool {
    match &judged.change {
        Change::DropColumn { column, .. } => column.generated.is_none(),
        Change::SetGenerated { from, to, .. } => from.generated.is_none() && to.generated.is_some(),
        Change::Drop { object: Object::Table { .. } } => true,
        _ => judged.effect.data_loss,
    }
}

/// Whether values of the old type may not fit the new one: there are some with which the conversion fails,
/// or that it cuts or rounds. Of types that are not PostgreSQL's own nothing is known.
pub(crate) fn narrows(from: &TypeName, to: &TypeName) -> bool {
    let context = ConversionContext { using: Using::None, indexed: false, utc: false };
    let conversion = facts::conversion(from, to, context, facts::MAJOR_MAX);
    conversion.may_fail || conversion.may_change
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_narrows() {
        let narrow = |from: &str, to: &str| narrows(&TypeName::new(from), &TypeName::new(to));
        for (from, to) in [
            ("bigint", "integer"),
            ("character varying(200)", "character varying(2)"),
            ("text", "character varying(10)"),
            ("numeric(15,4)", "numeric(15,0)"),
            ("timestamp with time zone", "date"),
            ("timestamp(6) without time zone", "timestamp(3) without time zone"),
        ] {
            assert!(narrow(from, to), "{from} to {to}");
        }
        for (from, to) in [
            ("integer", "bigint"),
            ("character varying(10)", "character varying(20)"),
            ("character varying(10)", "text"),
            ("numeric(10,2)", "numeric(12,2)"),
            ("timestamp without time zone", "text"),
        ] {
            assert!(!narrow(from, to), "{from} to {to}");
        }
    }
}
