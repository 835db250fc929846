//! DETACH PARTITION, CONCURRENTLY where the server can, and the way back without a scan.
//!
//! CONCURRENTLY (14) takes no lock on the parent that anybody notices; it is refused beside a DEFAULT partition.
//! Killed in the middle it leaves the partition half detached, which FINALIZE ends. It would give the table a CHECK
//! of its own making, unless one proves its bound already: so there is one, which the way back believes.

use assess::effect::Act;
use facts::Form;
use model::{Action, Constraint, Expr, Ident, Leftover, Literal, Name, PhaseName, Sql, sql};

use super::{Coming, add_again, attach, bound, check, default_partition, drop_check, probe_attached, proved};
use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::recipe::{add_check, drop_table, prove_again};
use crate::situation::Situation;

/// The first version that detaches CONCURRENTLY.
const CONCURRENTLY_MAJOR: u32 = 14;

/// A partition that leaves its parent.
pub(super) struct Going<'a> {
    pub(super) table: &'a Name,
    pub(super) parent: &'a Name,
    pub(super) bound: &'a Expr,
}

impl Going<'_> {
    /// It leaves, and stays a table of its own.
    pub(super) fn drafted(&self, situation: &Situation<'_>) -> Drafted {
        let proof = self.proof(situation);
        let mut drafts = self.prove(proof.as_ref(), [PhaseName::Validate; 2]);
        drafts.push(self.detach(proof.as_ref(), PhaseName::Switch, situation));
        if let Some(proof) = &proof {
            drafts.extend(self.free(proof));
        }
        let note = format!(
            "{table} stays as a table of its own; rows that it takes in afterwards beyond its bound are in the way of a \
             rollback, which then says so",
            table = self.table
        );
        Drafted::new(self.why(situation), drafts).note(note)
    }

    /// It leaves, and goes out of reach as a table does.
    pub(super) fn drafted_for_good(&self, situation: &Situation<'_>) -> Drafted {
        let proof = self.proof(situation);
        let mut drafts = self.prove(proof.as_ref(), [PhaseName::Contract; 2]);
        drafts.push(self.detach(proof.as_ref(), PhaseName::Contract, situation));
        let kept = drop_table::kept(self.table);
        drafts.extend([drop_table::put_away(self.table, &kept), drop_table::clean_up(self.table, &kept)]);
        let (table, parent) = (self.table, self.parent);
        Drafted::new(
            "dropped at once the rows would be gone: the partition is detached and kept, so that the way back has them; \
             cleanup drops it",
            drafts,
        )
        .gate(PhaseName::Contract, format!("no deployed code needs the rows of {table} in {parent}"))
        .note(format!("{table} is kept as {kept} until cleanup; after cleanup there is no way back"))
    }

    fn why(&self, situation: &Situation<'_>) -> &'static str {
        if self.is_concurrent(situation) {
            "CONCURRENTLY lets readers and writers of the parent through; a CHECK proves the bound before, so that the \
             way back attaches without a scan"
        } else if situation.server_major < CONCURRENTLY_MAJOR {
            "before PostgreSQL 14 DETACH takes ACCESS EXCLUSIVE on the parent, for the moment of an entry in the catalog"
        } else {
            "beside a DEFAULT partition CONCURRENTLY is refused: DETACH takes ACCESS EXCLUSIVE on the parent, for the \
             moment of an entry in the catalog"
        }
    }

    fn is_concurrent(&self, situation: &Situation<'_>) -> bool {
        situation.server_major >= CONCURRENTLY_MAJOR && default_partition(self.parent, situation).is_none()
    }

    /// The CHECK that proves the bound when the table comes back.
    fn proof(&self, situation: &Situation<'_>) -> Option<Constraint> {
        let condition = bound::condition(self.parent, self.bound, situation)?;
        Some(check(&Ident::new("_lockkeeper_bound"), &condition))
    }

    fn prove(&self, proof: Option<&Constraint>, phases: [PhaseName; 2]) -> Vec<Draft> {
        let help = "no row of a partition can be beyond its bound";
        proof.map(|proof| proved(self.table, proof, phases, help)).unwrap_or_default()
    }

    fn detach(&self, proof: Option<&Constraint>, phase: PhaseName, situation: &Situation<'_>) -> Draft {
        let comes = Coming { table: self.table, parent: self.parent, bound: self.bound };
        let gone = probe::not(&probe_attached(self.table, self.parent));
        let is_concurrent = self.is_concurrent(situation);
        // The rows of a partition that is gone may have come into the DEFAULT one since.
        let is_excluded = false;
        Draft {
            phase,
            title: format!("detach {} from {}", self.table, self.parent),
            table: Some(self.parent.clone()),
            action: if is_concurrent {
                self.concurrently()
            } else {
                Action::Transaction {
                    sql: vec![sql!("ALTER TABLE {} DETACH PARTITION {}", self.parent, self.table)],
                }
            },
            acts: self.acts(is_concurrent, situation),
            verification: gone.clone(),
            // Half detached is done as well: what is left of it ends with FINALIZE.
            probe: if is_concurrent { sql!("SELECT ({}) OR ({})", gone, self.is_pending()) } else { gone },
            undo: Action::Transaction { sql: vec![attach::statement(&comes)] },
            cost: Cost::Catalog,
            undo_acts: Some(attach::acts(&comes, proof.is_some(), is_excluded, situation)),
            late: false,
        }
    }

    fn concurrently(&self) -> Action {
        let finalize = sql!("ALTER TABLE {} DETACH PARTITION {} FINALIZE", self.parent, self.table);
        Action::Concurrent {
            sql: sql!("ALTER TABLE {} DETACH PARTITION {} CONCURRENTLY", self.parent, self.table),
            leftover: Some(Leftover { probe: self.is_pending(), remove: finalize }),
        }
    }

    /// Whether an interrupted DETACH left it half detached.
    fn is_pending(&self) -> Sql {
        sql!(
            "SELECT EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = to_regclass({}) AND i.inhdetachpending)",
            Literal::new(self.table.to_string())
        )
    }

    fn acts(&self, is_concurrent: bool, situation: &Situation<'_>) -> Vec<Act> {
        let schema = &situation.now;
        let references = schema.table(self.parent).is_some_and(|table| table.foreign_keys().next().is_some());
        let referenced = schema
            .tables
            .values()
            .flat_map(model::Table::foreign_keys)
            .any(|(_, key)| key.references == *self.parent);
        let mut forms = vec![match (is_concurrent, default_partition(self.parent, situation)) {
            (true, _) => Form::DetachPartitionConcurrently,
            (false, Some(_)) => Form::DetachPartitionBesideDefault,
            (false, None) => Form::DetachPartition,
        }];
        forms.extend((references && !is_concurrent).then_some(Form::DetachPartitionReferencing));
        forms.extend((referenced && !is_concurrent).then_some(Form::DetachPartitionReferenced));
        forms.into_iter().map(|form| Act::new(form, self.parent).with(self.table)).collect()
    }

    /// The table of its own takes rows beyond the bound.
    fn free(&self, proof: &Constraint) -> Vec<Draft> {
        let gone = probe::not(&probe::constraint(self.table, &proof.name));
        let drop = Draft {
            phase: PhaseName::Contract,
            title: format!("let {} take rows beyond its bound", self.table),
            table: Some(self.table.clone()),
            action: Action::Transaction { sql: vec![drop_check(self.table, proof)] },
            acts: vec![Act::new(Form::DropCheck, self.table)],
            verification: gone.clone(),
            probe: gone,
            undo: Action::Transaction { sql: vec![add_again(self.table, proof)] },
            cost: Cost::Catalog,
            undo_acts: Some(add_check::added(self.table, &proof.as_not_valid())),
            late: false,
        };
        let again = prove_again::step(self.table, proof, "the bound", PhaseName::Contract);
        again.into_iter().chain([drop]).collect()
    }
}
