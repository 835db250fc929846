//! Tenants never see each other.

use model::{Name, Operation, RunOutcome, RunReceipt, StepOutcome, StepReceipt};
use remember::{Forget, ListQuery, Memory, PredictQuery, StatisticsQuery};

use crate::common::{self, Dice};
use crate::place::Place;

/// What one tenant sees, of everything that can be asked.
fn everything(memory: &Memory) -> String {
    let mut lines = Vec::new();
    memory.export(&mut lines).unwrap();
    let list = memory.list(&ListQuery { limit: Some(1_000), ..ListQuery::default() }).unwrap();
    let stats = memory.stats(&StatisticsQuery::default()).unwrap();
    let searches: Vec<_> =
        ["table:funds", "operation:ADD_CHECK rows:>10", "locks held long in production", "-type:run"]
            .map(|question| memory.search(question, 50).unwrap())
            .into_iter()
            .collect();
    let told = memory.predict(&PredictQuery::new(Operation::AddCheck)).unwrap();
    // What depends on the moment it is asked is rounded away.
    let ms = told.ms.map(|ms| ms.p50.round());
    let parts = [
        String::from_utf8(lines).unwrap(),
        serde_json::to_string(&list).unwrap(),
        serde_json::to_string(&(
            stats.steps,
            stats.strategies,
            stats.lock_hours,
            stats.constraint_failures,
            stats.index_builds,
        ))
        .unwrap(),
        serde_json::to_string(&searches).unwrap(),
        format!("{ms:?} {} {}", told.n, told.basis),
    ];
    parts.join("\n")
}

fn write(memory: &Memory, dice: &mut Dice, secret: &str) {
    let name = format!("{secret}-{}", dice.below(1_000_000));
    memory.record_run(&model::RunReceipt { environment: secret.to_owned(), ..common::run(&name) });
    let step = StepReceipt {
        operation: Operation::AddCheck,
        table: Some(Name::new("public", *dice.pick(&["funds", secret]))),
        rows: Some(10.0 + 1e6 * dice.share()),
        execution_ms: 1.0 + 1e4 * dice.share(),
        ..common::step(&name, 0)
    };
    memory.record_step(&step);
}

/// What one tenant sees is the same whatever another writes before, between or after.
pub(crate) fn never_see_each_other(place: &Place) {
    let alone = place.another();
    let (mut dice, mut noise) = (Dice::new(3), Dice::new(4));
    let (lonely, ours, theirs) = (alone.memory("ours"), place.memory("ours"), place.memory("theirs"));
    for _ in 0..12 {
        for _ in 0..noise.below(3) {
            write(&theirs, &mut noise, "theirsecret");
        }
        let mut same = dice.clone();
        write(&ours, &mut dice, "oursecret");
        write(&lonely, &mut same, "oursecret");
    }
    let seen = everything(&ours);
    assert_eq!(seen, everything(&lonely));
    assert!(!seen.contains("theirsecret") && !everything(&theirs).contains("oursecret"));
    assert!(everything(&theirs).contains("theirsecret"));
}

const TENANTS: [&str; 3] = ["oursecret", "theirsecret", "hersecret"];
const OPERATIONS: [Operation; 4] =
    [Operation::AddCheck, Operation::CreateIndex, Operation::DropTable, Operation::SetNotNull];
const OUTCOMES: [StepOutcome; 3] = [StepOutcome::Done, StepOutcome::Failed, StepOutcome::LockTimeout];

/// Anything a tenant may do; what it is, the dice say.
fn act(memory: &Memory, dice: &mut Dice, secret: &str) {
    let name = format!("{secret}-{}", dice.below(20));
    let table = *dice.pick(&["funds", "orders", secret]);
    match dice.below(10) {
        0 => drop(memory.forget(&Forget::Table(table.parse().unwrap())).unwrap()),
        1 => drop(memory.forget(&Forget::Run(name)).unwrap()),
        2 => drop(memory.record_rehearsal(&common::rehearsal(&name))),
        3 | 4 => {
            let (hour, success) = (10 + dice.below(10), dice.below(2) == 0);
            let told = format!(
                r#"{{"type":"migration-strategy","operation":"ADD_CHECK","table":"{table}","strategy":"not valid first",
                "text":"{secret} held long","success":{success},"date":"2026-11-02T{hour}:00:00Z"}}"#
            );
            memory.add(&mut told.as_bytes()).unwrap();
        }
        _ => one_run(memory, dice, &name, table, secret),
    }
}

fn one_run(memory: &Memory, dice: &mut Dice, name: &str, table: &str, secret: &str) {
    let run = RunReceipt { environment: secret.to_owned(), ..common::run(name) };
    memory.record_run(&RunReceipt { outcome: RunOutcome::Running, finished_at: None, ..run.clone() });
    memory.record_prediction(&common::prediction(name, 0));
    let (outcome, rows) = (*dice.pick(&OUTCOMES), 10.0 + 1e6 * dice.share());
    memory.record_step(&StepReceipt {
        operation: *dice.pick(&OPERATIONS),
        table: Some(Name::new("public", table)),
        rows: Some(rows),
        execution_ms: 1.0 + 1e4 * dice.share(),
        outcome,
        sqlstate: (outcome == StepOutcome::Failed).then(|| "23514".to_owned()),
        ..common::step(name, 0)
    });
    let outcome = if outcome == StepOutcome::Done { RunOutcome::Done } else { RunOutcome::Failed };
    assert!(memory.record_run(&RunReceipt { outcome, ..run }).warning().is_none());
}

/// Three tenants in one place do anything, in any order; each sees what it would see in a place of its own.
/// `LOCKKEEPER_TEST_ROUNDS` says how often (1).
pub(crate) fn see_what_they_would_see_alone(place: &Place) {
    let rounds = std::env::var("LOCKKEEPER_TEST_ROUNDS").map_or(1, |count| count.parse().unwrap());
    for round in 0..rounds {
        let shared = place.another();
        let alone = TENANTS.map(|_| place.another());
        let together = TENANTS.map(|tenant| shared.memory(tenant));
        let lonely: Vec<Memory> =
            alone.iter().zip(TENANTS).map(|(place, tenant)| place.memory(tenant)).collect();
        let mut dice = Dice::new(100 + round);
        for _ in 0..45 {
            let who = dice.below(TENANTS.len());
            let mut same = dice.clone();
            act(&together[who], &mut dice, TENANTS[who]);
            act(&lonely[who], &mut same, TENANTS[who]);
        }
        for (who, tenant) in TENANTS.iter().enumerate() {
            let seen = everything(&together[who]);
            assert_eq!(seen, everything(&lonely[who]), "round {round}");
            let others = TENANTS.iter().filter(|other| *other != tenant);
            others.for_each(|other| assert!(!seen.contains(other), "{tenant} sees {other} in round {round}"));
        }
    }
}
