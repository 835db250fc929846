//! What both schemas of a plan have in common, and the plan does not fill: it must hold at the end what it
//! held at the start.

use model::{Action, Name, Plan, Schema, Table};

/// Tables of both schemas with the columns that are the same in both, without those that a backfill sets.
pub(crate) fn common(plan: &Plan, from: &Schema, to: &Schema) -> Schema {
    let mut common = Schema::default();
    for (name, table) in &from.tables {
        let Some(wanted) = to.table(name).filter(|wanted| is_plain(table) && is_plain(wanted)) else {
            continue;
        };
        // With a partition that comes or goes its rows do.
        if partitions(from, name) != partitions(to, name) {
            continue;
        }
        let filled = plan.steps.iter().filter_map(|step| match &step.action {
            Action::Backfill(fill) if fill.table == *name => Some(fill.set.as_str()),
            _ => None,
        });
        let filled: Vec<&str> = filled.collect();
        let stays = |column: &&model::Column| {
            let same = wanted.column(&column.name).is_some_and(|other| {
                other.type_name == column.type_name && other.generated == column.generated
            });
            same && !filled.iter().any(|set| set.contains(column.name.as_str()))
        };
        let columns = table.columns.iter().filter(stays).cloned().collect();
        let kept = Table { columns, partition_of: table.partition_of.clone(), ..Table::default() };
        common.tables.insert(name.clone(), kept);
    }
    common
}

/// The partitions of a table, all generations.
fn partitions<'s>(schema: &'s Schema, parent: &Name) -> Vec<&'s Name> {
    let is_part = |table: &Table| table.partition_of.as_ref().is_some_and(|(of, _)| of == parent);
    let own = schema.tables.iter().filter(|(_, table)| is_part(table)).map(|(name, _)| name);
    own.flat_map(|name| std::iter::once(name).chain(partitions(schema, name))).collect()
}

/// Whether the rows are found under the table's own name in both.
fn is_plain(table: &Table) -> bool {
    table.partition_of.is_none()
}
