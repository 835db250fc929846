//! Predicates are filters: what meets them is found, whatever else there is.

use std::io::Write as _;

use model::{Name, Operation, RunReceipt, StepOutcome, StepReceipt};
use remember::{Body, Entry, Found, Memory};

use crate::common::{self, Dice};
use crate::place::Place;

const OPERATIONS: [Operation; 6] = [
    Operation::AddColumn,
    Operation::AddColumnNotNullWithDefault,
    Operation::CreateIndex,
    Operation::AddCheck,
    Operation::SetNotNull,
    Operation::DropColumn,
];
const TABLES: [&str; 12] = [
    "funds",
    "investments",
    "fund_events",
    "scenarios",
    "users",
    "orders",
    "payments",
    "audit_log",
    "sessions",
    "documents",
    "prices",
    "Odd Table",
];
const OUTCOMES: [StepOutcome; 3] = [StepOutcome::Done, StepOutcome::Failed, StepOutcome::LockTimeout];
const ENVIRONMENTS: [&str; 3] = ["production", "staging", "development"];

fn records() -> usize {
    std::env::var("LOCKKEEPER_TEST_RECORDS").map_or(3_000, |count| count.parse().unwrap())
}

/// Steps of one run each, with anything the facets allow.
fn generated(dice: &mut Dice, count: usize) -> Vec<(RunReceipt, StepReceipt)> {
    let one = |at: usize| {
        let name = format!("g{at}");
        let run = RunReceipt {
            environment: (*dice.pick(&ENVIRONMENTS)).to_owned(),
            server_version: *dice.pick(&[130_014, 150_018, 180_001]),
            ..common::run(&name)
        };
        let rows = 10f64.powf(2.0 + 6.0 * dice.share()).round();
        let step = StepReceipt {
            operation: *dice.pick(&OPERATIONS),
            table: Some(Name::new("public", *dice.pick(&TABLES))),
            outcome: *dice.pick(&OUTCOMES),
            rows: Some(rows),
            ..common::step(&name, 0)
        };
        (run, step)
    };
    (0..count).map(one).collect()
}

fn fill(memory: &Memory, records: &[(RunReceipt, StepReceipt)]) {
    let mut lines = Vec::new();
    for (run, step) in records {
        for body in [Body::Run(run.clone()), Body::Step(Box::new(step.clone()))] {
            serde_json::to_writer(&mut lines, &Entry::new(memory.tenant(), body)).unwrap();
            lines.write_all(b"\n").unwrap();
        }
    }
    memory.import(&mut lines.as_slice(), false).unwrap();
}

/// A question, and what a person who reads the records one by one would answer.
type Case = (String, Box<dyn Fn(&(RunReceipt, StepReceipt)) -> bool>);

fn case(dice: &mut Dice) -> Case {
    let (operation, table) = (*dice.pick(&OPERATIONS), *dice.pick(&TABLES));
    let limit = 10f64.powf(3.0 + 4.0 * dice.share()).round();
    let is_operation = move |step: &StepReceipt| step.operation == operation;
    let is_table = move |step: &StepReceipt| step.table == Some(Name::new("public", table));
    let rows = |step: &StepReceipt| step.rows.unwrap();
    let quoted = Name::new("public", table).name;
    match dice.below(6) {
        0 => (
            format!("operation:{operation} table:{quoted} rows:>{limit}"),
            Box::new(move |(_, step)| is_operation(step) && is_table(step) && rows(step) > limit),
        ),
        1 => (
            format!("rows:<={limit} op:{operation} outcome:failed"),
            Box::new(move |(_, step)| {
                is_operation(step) && rows(step) <= limit && step.outcome == StepOutcome::Failed
            }),
        ),
        2 => (
            format!("table:public.{quoted} -outcome:done,lock_timeout env:staging"),
            Box::new(move |(run, step)| {
                is_table(step) && step.outcome == StepOutcome::Failed && run.environment == "staging"
            }),
        ),
        3 => (
            format!("table:{quoted} rows:{limit}..{} -operation:{operation}", limit * 20.0),
            Box::new(move |(_, step)| {
                is_table(step) && !is_operation(step) && (limit..=limit * 20.0).contains(&rows(step))
            }),
        ),
        4 => (
            format!("type:step version:18 table:{quoted},users outcome:success"),
            Box::new(move |(run, step)| {
                let users = step.table == Some(Name::new("public", "users"));
                run.server_version == 180_001
                    && (is_table(step) || users)
                    && step.outcome == StepOutcome::Done
            }),
        ),
        _ => (
            format!("operation:{operation} table:{quoted} long transactions at night"),
            Box::new(move |(_, step)| is_operation(step) && is_table(step)),
        ),
    }
}

pub(crate) fn recall_of_predicates_is_whole(place: &Place) {
    let mut dice = Dice::new(11);
    let records = generated(&mut dice, records());
    let memory = place.memory("a");
    fill(&memory, &records);
    for _ in 0..200 {
        let (question, meant) = case(&mut dice);
        let right: Vec<&StepReceipt> =
            records.iter().filter(|record| meant(record)).map(|(_, step)| step).collect();
        let found = memory.search(&question, 5).unwrap();
        let found_right = right_ones(&memory, &found, &right);
        assert_eq!(found_right, right.len().min(5), "{question}\n{found:#?}");
        assert_eq!(found.relaxed.is_empty(), right.len() >= 5, "{question}");
    }
}

/// How many of the first results are right, up to the first that is not.
fn right_ones(memory: &Memory, found: &Found, right: &[&StepReceipt]) -> usize {
    let is_right = |id: &str| match memory.show(id).unwrap().body {
        Body::Step(step) => right.contains(&step.as_ref()),
        _ => false,
    };
    found.results.iter().take_while(|result| is_right(&result.id)).count()
}

pub(crate) fn given_up_in_a_fixed_order(place: &Place) {
    let memory = place.memory("a");
    for (at, (table, rows)) in
        [("funds", 2e6), ("funds", 1.5e5), ("funds", 9e5), ("events", 3e6), ("events", 4e4)]
            .into_iter()
            .enumerate()
    {
        let name = format!("r{at}");
        memory.record_run(&common::run(&name));
        let table = Some(Name::new("public", table));
        memory.record_step(&StepReceipt { table, rows: Some(rows), ..common::step(&name, 0) });
    }
    let search = |question: &str, k| memory.search(question, k).unwrap();
    let rows = |found: &Found| found.results.iter().map(|one| one.row_count.unwrap()).collect::<Vec<_>>();
    let question = "operation:ADD_COLUMN_NOT_NULL_WITH_DEFAULT table:funds rows:>1M";

    let exact = search(question, 1);
    assert_eq!((rows(&exact), exact.relaxed.len()), (vec![2e6], 0));
    // The nearer number comes first.
    let fewer = search(question, 3);
    assert_eq!((rows(&fewer), &fewer.relaxed[..]), (vec![2e6, 9e5, 1.5e5], &["rows"][..]));
    assert!(
        fewer.results[1].why.contains(&"rows:>1M given up: 900 k rows".to_owned()),
        "{:?}",
        fewer.results[1]
    );
    let all = search(question, 9);
    assert_eq!((rows(&all), &all.relaxed[..]), (vec![2e6, 9e5, 1.5e5, 3e6, 4e4], &["rows", "table"][..]));
    // An operation is given up for its family alone; a type and what is excluded never are.
    assert_eq!(search("operation:ADD_COLUMN table:funds", 2).relaxed, ["operation"]);
    assert_eq!(search("operation:DROP_COLUMN", 9).results, []);
    assert_eq!(search("type:run table:funds", 9).results.len(), 5);
    assert_eq!(search("-table:funds type:step", 9).results.len(), 2);
}
