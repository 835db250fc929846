//! A new partition of a table that is there: made as a table of its own and attached.
//!
//! `CREATE TABLE … PARTITION OF` takes ACCESS EXCLUSIVE on the parent; ATTACH of an empty table takes SHARE UPDATE
//! EXCLUSIVE, which readers and writers of the parent do not notice. Either reads the DEFAULT partition, if there is
//! one, under ACCESS EXCLUSIVE, unless a CHECK proves that it holds none of the new one's rows.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Column, Constraint, ConstraintKind, Name, Object, PhaseName, Sql, Table, sql};

use super::{Coming, add_again, attach, bound, drop_check, probe_attached, proved};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::situation::Situation;

pub(super) fn drafted(comes: &Coming<'_>, wanted: &Table, situation: &Situation<'_>) -> Drafted {
    let exclusion = comes.exclusion(situation);
    let mut drafts = Vec::new();
    if let Some((default, exclusion)) = &exclusion {
        drafts.extend(proved(default, exclusion, [PhaseName::Expand; 2], &attach::belongs(comes)));
    }
    drafts.push(create(comes, wanted, exclusion.as_ref(), situation));
    let why = match (comes.default_partition(situation), &exclusion) {
        (None, _) => {
            "CREATE TABLE … PARTITION OF would take ACCESS EXCLUSIVE on the parent; a table of its own that is \
                      attached takes SHARE UPDATE EXCLUSIVE, which nobody notices"
        }
        (Some(_), Some(_)) => {
            "a CHECK on the DEFAULT partition, proved without blocking, spares the scan of it under \
                               ACCESS EXCLUSIVE; the new table is attached under SHARE UPDATE EXCLUSIVE"
        }
        (Some(_), None) => {
            "this bound cannot be put into a CHECK that PostgreSQL understands: the DEFAULT partition is \
                            read under ACCESS EXCLUSIVE; ask for a maintenance window as long as the prediction says"
        }
    };
    let mut drafted = Drafted::new(why, drafts);
    drafted.notes.push(match back_into(comes, situation) {
        Some(default) => format!("a rollback moves the rows of {} into {default}", comes.table),
        None => format!(
            "a rollback drops {} with its rows: without it there is no partition that takes them",
            comes.table
        ),
    });
    drafted
}

/// The DEFAULT partition, which took such rows before. The DEFAULT partition itself has none to go back into.
fn back_into<'s>(comes: &Coming<'_>, situation: &'s Situation<'_>) -> Option<&'s Name> {
    comes.default_partition(situation).filter(|_| !bound::is_default(comes.bound))
}

fn create(
    comes: &Coming<'_>,
    wanted: &Table,
    exclusion: Option<&(Name, Constraint)>,
    situation: &Situation<'_>,
) -> Draft {
    let there = probe_attached(comes.table, comes.parent);
    let own = of_its_own(wanted);
    let object = Object::Table { name: comes.table.clone(), table: own.clone() };
    let mut sql = Change::Create { object }.sql();
    sql.push(attach::statement(comes));
    sql.extend(exclusion.map(|(default, check)| drop_check(default, check)));
    let mut acts = vec![Act::new(Form::CreateTable, comes.table)];
    // An empty table is scanned at once.
    acts.extend(attach::acts(comes, true, exclusion.is_some(), situation));
    let is_scanned = exclusion.is_none() && comes.default_partition(situation).is_some();
    Draft {
        phase: PhaseName::Expand,
        title: format!("create partition {} of {}", comes.table, comes.parent),
        table: Some(if is_scanned { default_or(comes, situation) } else { comes.parent.clone() }),
        action: Action::Transaction { sql },
        acts,
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: undo(comes, &own, exclusion, situation) },
        cost: if is_scanned { Cost::Scan } else { Cost::Catalog },
        undo_acts: Some(vec![Act::new(Form::DetachPartition, comes.parent).with(comes.table)]),
        late: false,
    }
}

fn default_or(comes: &Coming<'_>, situation: &Situation<'_>) -> Name {
    comes.default_partition(situation).unwrap_or(comes.parent).clone()
}

/// Its rows go back to where they would be without it.
fn undo(
    comes: &Coming<'_>,
    own: &Table,
    exclusion: Option<&(Name, Constraint)>,
    situation: &Situation<'_>,
) -> Vec<Sql> {
    let mut sql = vec![sql!("ALTER TABLE {} DETACH PARTITION {}", comes.parent, comes.table)];
    if back_into(comes, situation).is_some() {
        let is_stored = |column: &&Column| column.generated.is_none();
        let columns = Sql::join(own.columns.iter().filter(is_stored).map(|column| &column.name), ", ");
        sql.push(sql!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}",
            comes.parent,
            columns,
            columns,
            comes.table
        ));
    }
    sql.push(sql!("DROP TABLE {}", comes.table));
    sql.extend(exclusion.map(|(default, check)| add_again(default, check)));
    sql
}

/// The table with what it would have from its parent as its own. Identity, indexes, keys and foreign keys come with
/// ATTACH.
fn of_its_own(wanted: &Table) -> Table {
    let column = |column: &Column| Column { inherited: false, identity: None, ..column.clone() };
    let comes_with_attach = |constraint: &Constraint| {
        constraint.inherited
            && !matches!(constraint.kind, ConstraintKind::Check { .. } | ConstraintKind::NotNull { .. })
    };
    let constraints = wanted.constraints.iter().filter(|(_, constraint)| !comes_with_attach(constraint));
    let own = |constraint: &Constraint| Constraint { inherited: false, ..constraint.clone() };
    Table {
        columns: wanted.columns.iter().map(column).collect(),
        constraints: constraints.map(|(name, constraint)| (name.clone(), own(constraint))).collect(),
        indexes: std::collections::BTreeMap::new(),
        partition_of: None,
        ..wanted.clone()
    }
}
