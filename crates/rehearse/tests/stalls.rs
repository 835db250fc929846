//! What an application feels of every case, on tables of some size: the longest read and write beside those
//! without a migration, forward, back from every phase, and forward again.
//!
//! `LOCKKEEPER_STALL_CASES` names the cases (one; `all` for all of them), `LOCKKEEPER_STALL_ROWS` the rows of each
//! table (2,000), `LOCKKEEPER_STALL_RUNS` how often (1), `LOCKKEEPER_STALL_BUDGET_MS` what is too much above the
//! baseline (2,000: the machine that tests run on is busy with others). All are told before one fails.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::env;

use diff::Rename;
use model::{Risk, Silent};
use populate::Rows;
use rehearse::{Options, Piece, Place, Rehearsal};
use testkit::Case;
use traffic::Rate;

const CASE_DEFAULT: &str = "key-to-bigint";

fn number(name: &str, default: u64) -> u64 {
    env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

async fn rehearsed(case: &Case, major: u32, rows: u64) -> Rehearsal {
    let (database, wanted) = (testkit::database(major).await, testkit::database(major).await);
    database.run(&format!("SET search_path = public; {}", case.before)).await;
    wanted.run(&format!("SET search_path = public; {}", case.after)).await;
    let (session, other) = (database.connect().await, wanted.connect().await);
    let (from, to) = (read::live::read(&session).await.unwrap(), read::live::read(&other).await.unwrap());
    let fitting = rehearse::fitting(&from, &to);
    let wanted_rows = Rows::each(rows).reading_as(rehearse::conversions(&from, &to));
    populate::populate(&session, &fitting, &wanted_rows, 1, &Silent).await.unwrap();
    let statistics = read::statistics(&session).await.unwrap();
    let renames: Vec<Rename> = case.renames.iter().map(|text| text.parse().unwrap()).collect();
    let changes = diff::diff(&from, &to, &renames).unwrap().changes;
    let plan = plan::plan(&plan::Input {
        from: &from,
        to: &to,
        changes: &changes,
        server_major: major,
        statistics: Some(&statistics),
        stall_budget_ms: 100,
        risk_before: Risk::none(),
        told: &plan::Told::default(),
        memory: None,
    });
    let plan = plan.unwrap();
    session.close().await;
    other.close().await;
    let traffic = Some(Rate { writes_per_s: 50.0, reads_per_s: 500.0 });
    let options = Options { traffic, baseline_ms: 4_000, ..Options::default() };
    let place = Place { server: database.server(), database: database.database() };
    let piece = Piece { plan: &plan, from: &from, to: &to };
    rehearse::rehearse(piece, place, &options, &Silent).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_longer_than_the_budget() {
    let rows = number("LOCKKEEPER_STALL_ROWS", 2_000);
    let budget_ms = number("LOCKKEEPER_STALL_BUDGET_MS", 2_000) as f64;
    let named = env::var("LOCKKEEPER_STALL_CASES").unwrap_or_else(|_| CASE_DEFAULT.to_owned());
    let is_named = |case: &Case| named == "all" || named.split(',').any(|name| name == case.name);
    let cases: Vec<Case> = testkit::cases().into_iter().filter(is_named).collect();
    assert!(!cases.is_empty(), "{named} is no case");
    let majors = testkit::majors();
    let mut wrong = BTreeMap::new();
    println!(
        "| case | major | statements | failed | read: baseline, worst, stall | write: baseline, worst, stall | not written to |"
    );
    let (mut felt, mut within) = (0, 0);
    for run in 0..number("LOCKKEEPER_STALL_RUNS", 1) as usize {
        for (at, case) in cases.iter().enumerate() {
            let major = majors[(at + run) % majors.len()];
            let rehearsal = rehearsed(case, major, rows).await;
            let Some(heard) = &rehearsal.traffic else {
                println!("| {} | {major} | no table to work on |", case.name);
                continue;
            };
            let (base, worst, stall) = (heard.baseline, heard.worst, heard.stall);
            println!(
                "| {} | {major} | {} | {} | {:.0}, {:.0}, {:.0} ms | {:.0}, {:.0}, {:.0} ms | {} |",
                case.name,
                heard.statements,
                heard.failed,
                base.read_ms,
                worst.read_ms,
                stall.read_ms,
                base.write_ms,
                worst.write_ms,
                stall.write_ms,
                rehearsal
                    .unwritten
                    .iter()
                    .map(|(table, why)| format!("{table}: {why}"))
                    .collect::<Vec<_>>()
                    .join("; ")
            );
            let is_slow = stall.read_ms > budget_ms || stall.write_ms > budget_ms;
            (felt, within) = (felt + 1, within + u32::from(!is_slow));
            if is_slow || heard.failed > 0 || !rehearsal.passed() {
                wrong.insert((case.name.clone(), run), rehearsal);
            }
        }
    }
    println!("{within} of {felt} runs within {budget_ms:.0} ms of the baseline");
    for ((case, run), rehearsal) in &wrong {
        println!("{case}, run {run}: {:#?}\n{:?}", rehearsal.problems, rehearsal.phases);
    }
    assert!(wrong.is_empty(), "{:?} of {} cases were felt, or failed", wrong.keys(), cases.len());
}
