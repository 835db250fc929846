//! Tenants never see each other.

use model::{Name, Operation, StepReceipt};
use remember::{ListQuery, Memory, PredictQuery, StatisticsQuery};

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
        serde_json::to_string(&(stats.steps, stats.strategies, stats.lock_hours)).unwrap(),
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
