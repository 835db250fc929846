//! A table that goes: into the journal's schema first, for good only in cleanup.
//!
//! Nothing of a plan's schema comparison sees the schema `lockkeeper`, and `SET SCHEMA` takes indexes,
//! constraints and owned sequences along without touching a row.

use assess::effect::Act;
use facts::Form;
use model::{Action, Change, Name, Object, PhaseName, sql};

use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let Change::Drop { object: Object::Table { name, table } } = change else { return None };
    if situation.is_remade(change) || table.partition_of.is_some() || table.partition_by.is_some() {
        return None;
    }
    let kept = kept(name);
    Some(
        Drafted::new(
            "the table is moved out of reach and kept, so that the way back has its rows; cleanup drops it",
            vec![put_away(name, &kept), clean_up(name, &kept)],
        )
        .gate(PhaseName::Contract, format!("no deployed code reads or writes {name}"))
        .note(format!("{name} is kept as {kept} until cleanup; after cleanup there is no way back")),
    )
}

/// Where a table is kept until cleanup.
pub(super) fn kept(name: &Name) -> Name {
    let kept = Name::new("lockkeeper", format!("{}.{}", name.schema.as_str(), name.name.as_str()));
    Name { name: kept.name.truncated(), ..kept }
}

/// Moves it there.
pub(super) fn put_away(name: &Name, kept: &Name) -> Draft {
    let moved = kept.sibling(&name.name);
    let away = probe::both(&probe::relation(kept), &probe::not(&probe::relation(name)));
    Draft {
        phase: PhaseName::Contract,
        title: format!("put table {name} out of reach"),
        table: Some(name.clone()),
        action: Action::Transaction {
            sql: vec![
                sql!("ALTER TABLE {} SET SCHEMA {}", name, kept.schema),
                sql!("ALTER TABLE {} RENAME TO {}", moved, kept.name),
            ],
        },
        acts: vec![Act::new(Form::SetSchema, name), Act::new(Form::RenameTable, name)],
        verification: away.clone(),
        probe: away,
        undo: Action::Transaction {
            sql: vec![
                sql!("ALTER TABLE {} RENAME TO {}", kept, name.name),
                sql!("ALTER TABLE {} SET SCHEMA {}", moved, name.schema),
            ],
        },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}

/// Drops it for good.
pub(super) fn clean_up(name: &Name, kept: &Name) -> Draft {
    let gone = probe::not(&probe::relation(kept));
    Draft {
        phase: PhaseName::Cleanup,
        title: format!("drop table {name} for good"),
        table: Some(kept.clone()),
        action: Action::Transaction { sql: vec![sql!("DROP TABLE {}", kept)] },
        acts: vec![Act::new(Form::DropTable, kept)],
        verification: gone.clone(),
        probe: gone,
        undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
        cost: Cost::Catalog,
        undo_acts: None,
        late: false,
    }
}
