//! The fund-modelling example with plausible rows, as many as wanted.

mod data;
mod rows;
mod stages;

use std::time::Instant;

use connect::{Session, Target};
use model::{Fault, Progress, Sql, count_text, ms_text, sql};

pub use rows::FundsRows;
pub use stages::stage_spellings;

use crate::parallel::{Job, filling_session, run_all};

/// The schema of the example as it is before any change.
pub const SCHEMA: &str = include_str!("../../../../examples/funds/before.sql");

/// Rows that one statement makes.
const CHUNK_ROWS: u64 = 100_000;

/// Statements at once.
const AT_ONCE: usize = 2;

/// One table's rows from a number to a number.
type Insert = fn(u64, u64, &FundsRows) -> Sql;

/// Makes the example's schema in an empty database of a throwaway server and fills it: 5,000,000 funds
/// in well under a minute on two cores. Everything is vacuumed and analysed at the end, so that no
/// autovacuum follows.
///
/// # Errors
/// `populate.filling` when the server rejects a statement, `connect.…` when it cannot be reached.
pub async fn load(target: &Target, rows: &FundsRows, progress: &dyn Progress) -> Result<(), Fault> {
    let began = Instant::now();
    progress.begin("filling the funds database", Some(rows.total()));
    let session = filling_session(target).await?;
    let schema = sql!("SET search_path = public; {} RESET search_path", Sql::verbatim(SCHEMA));
    run(&session, &schema).await?;
    let indexes = take_indexes(&session).await?;
    let mut reached = 0;
    for (table, count, insert) in tables(rows) {
        // One table after the other: where foreign keys are checked, what they refer to is there.
        run_all(target, inserts(table, count, insert, rows), AT_ONCE, &mut reached, progress).await?;
    }
    let indexes = indexes.into_iter().map(|sql| Job { what: "an index".to_owned(), sql, size: 0 });
    run_all(target, indexes.collect(), AT_ONCE, &mut reached, progress).await?;
    settle(&session, rows).await?;
    session.close().await;
    let ms = began.elapsed().as_secs_f64() * 1_000.0;
    progress.end(&format!("{} rows in {}", count_text(rows.total()), ms_text(ms)));
    Ok(())
}

/// Drops the indexes that stand behind no constraint, and hands over the statements that make them
/// again: they are built faster after the rows.
async fn take_indexes(session: &Session) -> Result<Vec<Sql>, Fault> {
    let query = "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
        FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        WHERE c.relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid)";
    let rows = session.query(query, &[]).await.map_err(|error| not_made(&error))?;
    let mut definitions = Vec::new();
    for row in rows {
        run(session, &sql!("DROP INDEX {}", Sql::verbatim(row.get::<_, String>(0)))).await?;
        definitions.push(Sql::verbatim(row.get::<_, String>(1)));
    }
    Ok(definitions)
}

fn tables(rows: &FundsRows) -> [(&'static str, u64, Insert); 6] {
    [
        ("funds", rows.funds, data::funds),
        ("investments", rows.investments, data::investments),
        ("fund_events", rows.fund_events, data::fund_events),
        ("scenarios", rows.scenarios, data::scenarios),
        ("carry_waterfalls", rows.carry_waterfalls, data::carry_waterfalls),
        ("monte_carlo_results", rows.monte_carlo_results, data::monte_carlo_results),
    ]
}

fn inserts(table: &str, count: u64, insert: Insert, rows: &FundsRows) -> Vec<Job> {
    let chunk = |from: u64| {
        let to = (from + CHUNK_ROWS - 1).min(count);
        Job { what: format!("rows of public.{table}"), sql: insert(from, to, rows), size: to - from + 1 }
    };
    (1..=count).step_by(CHUNK_ROWS as usize).map(chunk).collect()
}

/// Sequences go on after the rows; nothing is left for autovacuum to do.
async fn settle(session: &Session, rows: &FundsRows) -> Result<(), Fault> {
    for (table, count, _) in tables(rows) {
        let sequence = model::Literal::new(sql!("public.{}", model::Ident::new(table)).as_str());
        run(
            session,
            &sql!("SELECT setval(pg_get_serial_sequence({}, 'id'), {}, true)", sequence, count.max(1)),
        )
        .await?;
        run(session, &sql!("VACUUM (FREEZE, ANALYZE) public.{}", model::Ident::new(table))).await?;
    }
    if session.server().is_superuser { run(session, &sql!("CHECKPOINT")).await } else { Ok(()) }
}

async fn run(session: &Session, statement: &Sql) -> Result<(), Fault> {
    session.batch_execute(statement.as_str()).await.map_err(|error| not_made(&error))
}

fn not_made(error: &tokio_postgres::Error) -> Fault {
    connect::fault("populate.filling", "the funds database could not be made", error)
}
