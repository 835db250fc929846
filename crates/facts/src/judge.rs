//! What a statement of several forms does.

use model::Effect;

use crate::fact::{index_builds, strongest};
use crate::{Fact, Form, Refusal, Roles, Shape, lookup};

/// What facts say of one statement.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Judgement {
    /// All forms' effects together.
    pub effect: Effect,
    /// Why it fails, where one of its forms always does on this major.
    pub refusal: Option<Refusal>,
    /// Forms that were never measured on such a table and major: the effect may be more than it says.
    pub unknown: Vec<Form>,
    /// Whether it may run inside a transaction block.
    pub transaction: bool,
}

/// What a statement of these forms does to these relations: the union of the facts, each relation
/// under the strongest lock any of them takes, as PostgreSQL does for the clauses of one `ALTER TABLE`.
///
/// A form without a fact is named in [`Judgement::unknown`], and is never taken for harmless.
pub fn judge(forms: &[Form], shape: Shape, major: u32, roles: &Roles) -> Judgement {
    let mut judgement = Judgement { transaction: true, ..Judgement::default() };
    let mut facts: Vec<&Fact> = Vec::with_capacity(forms.len());
    for &form in forms {
        match lookup(form, shape, major) {
            Some(fact) => facts.push(fact),
            None => judgement.unknown.push(form),
        }
    }
    judgement.transaction = facts.iter().all(|fact| fact.transaction);
    judgement.refusal = facts.iter().find_map(|fact| fact.refusal.clone());
    if judgement.refusal.is_none() {
        judgement.effect = union(&facts, roles);
    }
    judgement
}

fn union(facts: &[&Fact], roles: &Roles) -> Effect {
    let mut union = Effect::default();
    for fact in facts {
        let effect = fact.effect(roles);
        union.locks.extend(effect.locks);
        union.rewrites.extend(effect.rewrites);
        union.scans.extend(effect.scans);
        union.data_loss |= effect.data_loss;
    }
    union.locks = strongest(union.locks);
    for names in [&mut union.rewrites, &mut union.scans] {
        names.sort();
        names.dedup();
    }
    union.index_builds = index_builds(facts, roles);
    union
}
