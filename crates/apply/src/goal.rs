//! How far a run goes: phases, gates, and the cleanup that only an explicit word runs.

use model::{Gate, PhaseName, Plan};

/// Why a forward run ends where it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Limit {
    /// The plan has no more steps.
    End,
    /// This phase was asked for as the last.
    Until(PhaseName),
    /// This gate is closed.
    Gate(Gate),
    /// What is left removes for good what the plan kept.
    Cleanup,
}

/// How many steps, from the first, a forward run does, and why no more. `done` steps are behind it.
pub(crate) fn forward(plan: &Plan, until: Option<PhaseName>, done: usize) -> (usize, Limit) {
    let end = (plan.steps.len(), Limit::End);
    let limit = match until {
        Some(until) => first_after(plan, |phase| phase > until).map(|at| (at, Limit::Until(until))),
        None => first_after(plan, |phase| phase == PhaseName::Cleanup).map(|at| (at, Limit::Cleanup)),
    };
    let mut limit = limit.unwrap_or(end);
    if until.is_none() {
        for gate in &plan.gates {
            let at = first_after(plan, |phase| phase >= gate.before).unwrap_or(plan.steps.len());
            if at < limit.0 && at >= done {
                limit = (at, Limit::Gate(gate.clone()));
            }
        }
    }
    limit
}

/// How many steps, from the first, stay done when a run goes back to (the end of) a phase.
pub(crate) fn back(plan: &Plan, to: Option<PhaseName>) -> usize {
    let Some(to) = to else { return 0 };
    first_after(plan, |phase| phase > to).unwrap_or(plan.steps.len())
}

/// How many steps are not cleanup: with them done a plan has arrived.
pub(crate) fn arrival(plan: &Plan) -> usize {
    first_after(plan, |phase| phase == PhaseName::Cleanup).unwrap_or(plan.steps.len())
}

fn first_after(plan: &Plan, is: impl Fn(PhaseName) -> bool) -> Option<usize> {
    plan.steps.iter().position(|step| is(step.phase))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{gate, plan};
    use PhaseName::{Backfill, Cleanup, Contract, Expand, Switch, Validate};

    #[test]
    fn cleanup_is_never_reached_without_a_word() {
        let plan = plan(&[Expand, Switch, Contract, Cleanup]);
        assert_eq!(forward(&plan, None, 0), (3, Limit::Cleanup));
        assert_eq!(forward(&plan, None, 3), (3, Limit::Cleanup));
        assert_eq!(forward(&plan, Some(Cleanup), 0), (4, Limit::End));
        assert_eq!(arrival(&plan), 3);
    }

    #[test]
    fn a_gate_stops_until_its_phase_is_named() {
        let mut plan = plan(&[Expand, Backfill, Switch, Contract]);
        plan.gates = vec![gate(Switch), gate(Contract)];
        assert_eq!(forward(&plan, None, 0), (2, Limit::Gate(gate(Switch))));
        assert_eq!(forward(&plan, None, 2), (2, Limit::Gate(gate(Switch))));
        assert_eq!(forward(&plan, Some(Switch), 2), (3, Limit::Until(Switch)));
        assert_eq!(forward(&plan, None, 3), (3, Limit::Gate(gate(Contract))));
        assert_eq!(forward(&plan, Some(Contract), 3), (4, Limit::End));
    }

    #[test]
    fn until_names_the_last_phase() {
        let plan = plan(&[Expand, Expand, Backfill, Switch]);
        assert_eq!(forward(&plan, Some(Expand), 0), (2, Limit::Until(Expand)));
        assert_eq!(forward(&plan, Some(Validate), 0), (3, Limit::Until(Validate)));
        assert_eq!(forward(&plan, Some(Switch), 0), (4, Limit::End));
        assert_eq!(back(&plan, None), 0);
        assert_eq!(back(&plan, Some(Expand)), 2);
        assert_eq!(back(&plan, Some(Validate)), 3);
        assert_eq!(back(&plan, Some(Contract)), 4);
    }
}
