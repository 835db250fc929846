//! Statements sent as they are, on a copy of the database, under the same traffic.

use std::time::Instant;

use connect::Session;
use model::{Action, Assessment, Fault, PhaseName, Plan, Progress, Sql, ms_text, sql};
use traffic::Books;

use crate::report::{StatementReport, Statements, elapsed_ms, tenth};
use crate::stage::{APPLICATION_NAME, Stage};
use crate::{DemoOptions, Stall, baseline};

/// The plan's statements with no plan around them, up to where a run comes without an explicit cleanup.
pub(crate) fn of_plan(plan: &Plan) -> Vec<Sql> {
    let steps = plan.steps.iter().filter(|step| step.phase != PhaseName::Cleanup);
    steps.flat_map(|step| of_action(&step.action)).collect()
}

fn of_action(action: &Action) -> Vec<Sql> {
    match action {
        Action::Transaction { sql } => sql.clone(),
        Action::Concurrent { sql, .. } => vec![sql.clone()],
        Action::Copy(copying) => {
            copying.begin.iter().chain([&copying.insert]).chain(&copying.end).cloned().collect()
        }
        Action::Backfill(backfill) => {
            vec![sql!("UPDATE {} SET {} WHERE {}", backfill.table, backfill.set, backfill.pending)]
        }
        Action::Nothing { .. } => Vec::new(),
    }
}

/// The statements of a direct push.
pub(crate) fn of_push(assessment: &Assessment) -> Vec<Sql> {
    assessment.changes.iter().flat_map(|change| change.sql.clone()).collect()
}

/// Rows that the textbook updates at a time.
const TEXTBOOK_BATCH: u64 = 10_000;

/// The plan that is taught: a nullable column, a backfill in batches by key, the constraint, NOT NULL, and
/// the index built CONCURRENTLY.
pub(crate) fn of_textbook(rows: u64) -> Vec<Sql> {
    let mut statements = vec![
        sql!("ALTER TABLE public.funds ADD COLUMN vintage_year integer"),
        sql!("ALTER TABLE public.funds ALTER COLUMN vintage_year SET DEFAULT 2020"),
    ];
    statements.extend((0..rows.div_ceil(TEXTBOOK_BATCH)).map(|batch| {
        let first = batch * TEXTBOOK_BATCH + 1;
        sql!(
            "UPDATE public.funds SET vintage_year = 2020 WHERE id BETWEEN {} AND {} AND vintage_year IS NULL",
            first,
            first + TEXTBOOK_BATCH - 1
        )
    }));
    // What came in before the default did.
    statements.push(sql!("UPDATE public.funds SET vintage_year = 2020 WHERE vintage_year IS NULL"));
    statements.push(sql!(
        "ALTER TABLE public.funds ADD CONSTRAINT funds_vintage_year_check CHECK (vintage_year BETWEEN 2000 AND 2030)"
    ));
    statements.push(sql!("ALTER TABLE public.funds ALTER COLUMN vintage_year SET NOT NULL"));
    statements.push(sql!(
        "CREATE INDEX CONCURRENTLY funds_vintage_year_created_at_idx ON public.funds (vintage_year, created_at)"
    ));
    statements
}

/// Reads the main table once, as the books did with the original: a copy that has to be read from disk
/// first would make its statements look slow.
async fn warm(session: &Session, options: &DemoOptions) -> Result<(), Fault> {
    let query = sql!("SELECT count(t.*) FROM {} AS t", options.scenario.table());
    let read = session.batch_execute(query.as_str()).await;
    read.map_err(|error| connect::fault("demo.copy", "a copy of the database cannot be read", &error))
}

/// Sends the statements on a copy, one after the other, whether or not one fails, while the application
/// works on it.
pub(crate) async fn measure(
    stage: &Stage,
    options: &DemoOptions,
    task: &str,
    statements: &[Sql],
    books: Books,
    progress: &dyn Progress,
) -> Result<Statements, Fault> {
    progress.begin(task, None);
    let copy = stage.copy().await?;
    let session = connect::connect(&copy.target, APPLICATION_NAME).await?;
    warm(&session, options).await?;
    // Where the plan keeps what it needs on the way; a run makes it with its journal.
    let made = session.batch_execute("CREATE SCHEMA IF NOT EXISTS lockkeeper").await;
    made.map_err(|error| connect::fault("demo.copy", "a copy of the database cannot be changed", &error))?;
    let traffic = baseline::start(&copy, options, books).await?;
    traffic.open_window(task);
    let mut sent = Vec::new();
    for statement in statements {
        let began = Instant::now();
        let answer = session.batch_execute(statement.as_str()).await;
        let error = answer.err().map(|error| connect::describe(&error));
        sent.push(StatementReport { sql: statement.to_string(), ms: elapsed_ms(began), error });
    }
    // What waited for the last statement is answered within this.
    let (report, _) = traffic.stop().await;
    session.close().await;
    stage.drop_copy(&copy).await?;
    let ms = tenth(sent.iter().map(|statement| statement.ms).sum());
    let window = report.window(task);
    let stall_ms = Stall::over(window);
    let (read, write) = (ms_text(stall_ms.read), ms_text(stall_ms.write));
    progress.end(&format!("{}; worst read {read}, worst write {write}", ms_text(ms)));
    let failed_statements = window.map(|window| window.failed_count()).unwrap_or_default();
    Ok(Statements { ms, stall_ms, failed_statements, statements: sent })
}
