//! An index on a partitioned table: built CONCURRENTLY on each partition, then joined under one on the parent.
//!
//! `CREATE INDEX CONCURRENTLY` on the parent itself is refused by every version; `ON ONLY` makes an invalid one that
//! becomes valid when an index of every partition is attached. Source: PostgreSQL manual, 5.11; measured.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Ident, Index, Name, PhaseName, Sql, sql};

use super::create_index;
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::CreateIndex { table, index } = change else { return None };
    let partitioned = situation.table(table)?.partition_by.is_some();
    if !partitioned || situation.is_new(table) || situation.is_remade(change) || index.inherited {
        return None;
    }
    let phase = create_index::phase(table, index, situation);
    let leaves = leaves(table, situation);
    let mut drafts: Vec<Draft> =
        leaves.iter().map(|leaf| create_index::build(leaf, &of_partition(leaf, index), phase)).collect();
    drafts.push(join(table, index, phase, situation));
    Some(
        Drafted::new(
            "CONCURRENTLY is refused on a partitioned table: each partition gets its index without blocking, and the \
             parent's joins them",
            drafts,
        )
        .note(format!(
            "joining the indexes of {} partitions blocks writes to {table} for the time of as many entries in the catalog",
            leaves.len()
        )),
    )
}

/// The partitions of a table, one generation.
pub(super) fn partitions<'s>(
    parent: &'s Name,
    situation: &'s Situation<'_>,
) -> impl Iterator<Item = &'s Name> {
    let is_part = move |of: &Option<(Name, model::Expr)>| of.as_ref().is_some_and(|(of, _)| of == parent);
    situation.now.tables.iter().filter(move |(_, table)| is_part(&table.partition_of)).map(|(name, _)| name)
}

/// The partitions that hold rows.
pub(super) fn leaves(parent: &Name, situation: &Situation<'_>) -> Vec<Name> {
    let each = partitions(parent, situation).flat_map(|name| match situation.is_partitioned(name) {
        true => leaves(name, situation),
        false => vec![name.clone()],
    });
    each.collect()
}

/// The index of one partition.
fn of_partition(partition: &Name, index: &Index) -> Index {
    let name = format!("{}_{}", partition.name.as_str(), index.name.as_str());
    Index { name: Ident::new(name).truncated(), comment: None, ..index.clone() }
}

fn join(table: &Name, index: &Index, phase: PhaseName, situation: &Situation<'_>) -> Draft {
    let valid = probe::index_valid(table, &index.name);
    let drop = index.drop(table, false);
    Draft {
        phase,
        title: format!("join the partitions' indexes as {}", index.name),
        table: Some(table.clone()),
        action: Action::Transaction { sql: joined(table, index, index, situation) },
        acts: vec![Act::new(Form::CreateIndexOnly, table), Act::new(Form::AlterIndexAttachPartition, table)],
        verification: valid.clone(),
        probe: valid,
        // The partitions' indexes go with it; the steps that built them then have nothing left to take back.
        undo: Action::Transaction { sql: vec![drop] },
        cost: Cost::Catalog,
        undo_acts: Some(vec![Act::new(Form::DropIndex, table)]),
        late: false,
    }
}

/// The parent's index `own`, and those of partitions that are partitioned themselves, from the top down. Those of
/// partitions are called by the one of the whole.
fn joined(table: &Name, own: &Index, whole: &Index, situation: &Situation<'_>) -> Vec<Sql> {
    let mut out = vec![on_only(table, own)];
    for partition in partitions(table, situation) {
        let part = of_partition(partition, whole);
        if situation.is_partitioned(partition) {
            out.extend(joined(partition, &part, whole, situation));
        }
        out.push(sql!(
            "ALTER INDEX {} ATTACH PARTITION {}",
            table.sibling(&own.name),
            partition.sibling(&part.name)
        ));
    }
    out
}

/// `CREATE INDEX … ON ONLY`: on the parent, and not on its partitions.
fn on_only(table: &Name, index: &Index) -> Sql {
    let whole = index.create(table, false);
    let unique = Sql::verbatim(if index.unique { "UNIQUE " } else { "" });
    let head = sql!("CREATE {}INDEX {} ON ", unique, index.name);
    let rest = whole.as_str().strip_prefix(head.as_str()).unwrap_or_default();
    sql!("{}ONLY {}", head, Sql::verbatim(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_parent_is_named() {
        let index = Index::btree("it ON is", &["a"]);
        let made = on_only(&Name::new("public", "events"), &index);
        assert_eq!(made.as_str(), "CREATE INDEX \"it ON is\" ON ONLY public.events USING btree (a)");
    }
}
