//! Small plans for the tests of pure parts.

use model::{
    Action, Effect, Fingerprint, Gate, Interval, Operation, PLAN_FORMAT, PhaseName, Plan, Prediction, Risk,
    Sql, Step,
};

/// A plan with one step in each of these phases.
pub(crate) fn plan(phases: &[PhaseName]) -> Plan {
    Plan {
        format: PLAN_FORMAT,
        from: Fingerprint::of_bytes(b"from"),
        to: Fingerprint::of_bytes(b"to"),
        remains: Vec::new(),
        demanded: Vec::new(),
        server_major: 15,
        stall_budget_ms: 100,
        changes: Vec::new(),
        steps: phases.iter().enumerate().map(|(at, phase)| step(at, *phase)).collect(),
        gates: Vec::new(),
        risk_before: Risk::none(),
        risk_after: Risk::none(),
        totals: model::Totals::default(),
        notes: Vec::new(),
    }
}

/// A gate before a phase.
pub(crate) fn gate(before: PhaseName) -> Gate {
    Gate { before, waits_for: "something".to_owned() }
}

fn step(at: usize, phase: PhaseName) -> Step {
    Step {
        id: format!("{at}"),
        phase,
        title: "a step".to_owned(),
        operation: Operation::AddColumn,
        object: "public.t".to_owned(),
        table: None,
        recipe: "none".to_owned(),
        action: Action::Transaction { sql: Vec::new() },
        probe: Sql::verbatim("SELECT true"),
        verification: Sql::verbatim("SELECT true"),
        undo: Action::Transaction { sql: Vec::new() },
        effect: Effect::default(),
        undo_locks: Vec::new(),
        lock_timeout_ms: 50,
        blocks_reads: true,
        blocks_writes: true,
        predicted: Prediction {
            ms: Interval::around(1.0, 2.0),
            lock_hold_ms: Interval::around(1.0, 2.0),
            basis: "none".to_owned(),
        },
    }
}
