//! ATTACH PARTITION of a table that is there, with everything made before that it would make under its locks.

use assess::effect::Act;
use facts::Form;
use model::{Action, Constraint, ConstraintKind, Ident, Index, Name, PhaseName, Sql, Table, sql};

use super::{Coming, add_again, check, drop_check, probe_attached, proved};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::recipe::{add_check, add_key, create_index};
use crate::situation::Situation;

pub(super) fn drafted(comes: &Coming<'_>, situation: &Situation<'_>) -> Drafted {
    let proof =
        comes.condition(situation).map(|condition| check(&Ident::new("_lockkeeper_bound"), &condition));
    let exclusion = comes.exclusion(situation);
    let mut drafts = missing(comes, situation);
    let phases = [PhaseName::Expand, PhaseName::Validate];
    if let Some(proof) = &proof {
        let help =
            "they do not fit the partition's bound: correct them and apply again; nothing was attached";
        drafts.extend(proved(comes.table, proof, phases, help));
    }
    if let Some((default, exclusion)) = &exclusion {
        drafts.extend(proved(default, exclusion, phases, &belongs(comes)));
    }
    drafts.push(attach(comes, proof.as_ref(), exclusion.as_ref(), situation));
    let why = match &proof {
        Some(_) => {
            "a CHECK that was proved without blocking spares ATTACH its scan, and what indexes and foreign keys \
                    it would make are there before"
        }
        None => {
            "this bound cannot be put into a CHECK that PostgreSQL understands: ATTACH reads every row under ACCESS \
                 EXCLUSIVE; ask for a maintenance window as long as the prediction says"
        }
    };
    let note = format!(
        "until {} is attached nobody finds its rows in {}; afterwards both names find them",
        comes.table, comes.parent
    );
    let mut drafted = Drafted::new(why, drafts).note(note);
    drafted.demanded.extend(proof.map(|proof| (comes.table.clone(), proof)));
    drafted
}

/// What to do with rows that the DEFAULT partition holds.
pub(super) fn belongs(comes: &Coming<'_>) -> String {
    format!("they belong into {}: move them there or away, and apply again", comes.table)
}

/// What ATTACH would build or prove itself: foreign keys, keys and indexes of the parent that the table lacks.
fn missing(comes: &Coming<'_>, situation: &Situation<'_>) -> Vec<Draft> {
    let (Some(now), Some(then)) = (situation.table(comes.table), situation.to.table(comes.table)) else {
        return Vec::new();
    };
    let mut drafts = Vec::new();
    for constraint in then.constraints.values().filter(|it| it.inherited && lacks(now, it)) {
        let own = Constraint { inherited: false, comment: None, ..constraint.clone() };
        match own.kind {
            ConstraintKind::ForeignKey(_) => {
                drafts.extend(add_check::not_valid_then_validate(comes.table, &own, PhaseName::Expand));
            }
            _ => drafts.extend(add_key::steps(comes.table, &own, PhaseName::Expand, situation)),
        }
    }
    for index in then.indexes.values().filter(|it| it.inherited && lacks_index(now, it)) {
        let own = Index { inherited: false, comment: None, ..index.clone() };
        drafts.push(create_index::build(comes.table, &own, PhaseName::Expand));
    }
    drafts
}

fn lacks(table: &Table, wanted: &Constraint) -> bool {
    !table.constraints.values().any(|it| it.name == wanted.name || it.kind == wanted.kind)
}

fn lacks_index(table: &Table, wanted: &Index) -> bool {
    let bare =
        |index: &Index| Index { name: Ident::new(""), inherited: false, comment: None, ..index.clone() };
    !table.indexes.values().any(|it| it.name == wanted.name || bare(it) == bare(wanted))
}

fn attach(
    comes: &Coming<'_>,
    proof: Option<&Constraint>,
    exclusion: Option<&(Name, Constraint)>,
    situation: &Situation<'_>,
) -> Draft {
    let there = probe_attached(comes.table, comes.parent);
    let checks: Vec<(&Name, &Constraint)> = proof
        .map(|proof| (comes.table, proof))
        .into_iter()
        .chain(exclusion.map(|(default, exclusion)| (default, exclusion)))
        .collect();
    let mut sql = vec![statement(comes)];
    sql.extend(checks.iter().map(|(table, check)| drop_check(table, check)));
    let mut back = vec![sql!("ALTER TABLE {} DETACH PARTITION {}", comes.parent, comes.table)];
    back.extend(checks.iter().map(|(table, check)| add_again(table, check)));
    Draft {
        phase: PhaseName::Switch,
        title: format!("attach {} to {}", comes.table, comes.parent),
        table: Some(comes.table.clone()),
        action: Action::Transaction { sql },
        acts: acts(comes, proof.is_some(), exclusion.is_some(), situation),
        verification: there.clone(),
        probe: there,
        undo: Action::Transaction { sql: back },
        cost: if proof.is_some() { Cost::Catalog } else { Cost::Scan },
        undo_acts: Some(vec![Act::new(Form::DetachPartition, comes.parent).with(comes.table)]),
        late: false,
    }
}

pub(super) fn statement(comes: &Coming<'_>) -> Sql {
    sql!("ALTER TABLE {} ATTACH PARTITION {} {}", comes.parent, comes.table, comes.bound)
}

/// What ATTACH does, and what it is spared.
pub(super) fn acts(
    comes: &Coming<'_>,
    is_proved: bool,
    is_excluded: bool,
    situation: &Situation<'_>,
) -> Vec<Act> {
    let mut forms = vec![if is_proved { Form::AttachPartitionProven } else { Form::AttachPartition }];
    if comes.default_partition(situation).is_some() {
        forms.push(if is_excluded {
            Form::AttachPartitionBesideDefaultProven
        } else {
            Form::AttachPartitionBesideDefault
        });
    }
    forms.into_iter().map(|form| Act::new(form, comes.parent).with(comes.table)).collect()
}
