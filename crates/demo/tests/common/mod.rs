//! A pipeline that is as small as can be, and still real: statements with a journal. It stands in for
//! the whole one, so that the demo's own judgement can be tested, also on a pipeline that does wrong.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};

use connect::{Session, Target};
use demo::{Applied, Pipeline, Rehearsed, Remembered, Verified};
use model::*;
use shadow::{Database, Shadow};

/// What the pipeline does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wrong {
    /// Nothing.
    #[default]
    Nothing,
    /// It deletes three funds while it applies.
    LosesRows,
    /// Its rollback leaves the column.
    LeavesColumn,
    /// It begins anew when it is to resume.
    RepeatsSteps,
    /// It locks the table for 400 ms.
    Blocks,
}

/// The pipeline.
#[derive(Debug, Default)]
pub struct Small {
    pub wrong: Wrong,
    pub runs: AtomicU64,
}

/// Names the environment variable that holds the URL for the child process.
pub const CHILD_URL: &str = "DEMO_TEST_CHILD_URL";

const JOURNAL: &str = "CREATE SCHEMA IF NOT EXISTS lockkeeper;
    CREATE TABLE IF NOT EXISTS lockkeeper.steps (step text PRIMARY KEY, done boolean NOT NULL)";

fn failed(error: tokio_postgres::Error) -> Fault {
    connect::fault("test", "a statement failed", &error)
}

async fn session(target: &Target) -> Result<Session, Fault> {
    connect::connect(target, "lockkeeper apply").await
}

/// The steps: what is done, and what takes it back.
fn statements() -> Vec<(&'static str, bool, &'static str, &'static str)> {
    vec![
        (
            "01-column",
            false,
            "ALTER TABLE public.funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020",
            "ALTER TABLE public.funds DROP COLUMN IF EXISTS vintage_year",
        ),
        (
            "02-index",
            true,
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS funds_vintage_year_created_at_idx \
             ON public.funds (vintage_year, created_at)",
            "DROP INDEX IF EXISTS public.funds_vintage_year_created_at_idx",
        ),
        (
            "03-check",
            false,
            "ALTER TABLE public.funds ADD CONSTRAINT funds_vintage_year_check \
             CHECK (vintage_year BETWEEN 2000 AND 2030) NOT VALID",
            "ALTER TABLE public.funds DROP CONSTRAINT IF EXISTS funds_vintage_year_check",
        ),
        (
            "04-validate",
            false,
            "ALTER TABLE public.funds VALIDATE CONSTRAINT funds_vintage_year_check",
            "SELECT 1",
        ),
    ]
}

pub fn plan() -> Plan {
    let step = |(id, concurrent, forward, back): (&str, bool, &str, &str)| {
        let sql = Sql::verbatim(forward);
        let undo = Action::Transaction { sql: vec![Sql::verbatim(back)] };
        let action = if concurrent {
            Action::Concurrent { sql, leftover: None }
        } else {
            Action::Transaction { sql: vec![sql] }
        };
        let relation = Name::new("public", "funds");
        let mode =
            if concurrent { LockMode::ShareUpdateExclusiveLock } else { LockMode::AccessExclusiveLock };
        Step {
            id: id.to_owned(),
            phase: if id == "04-validate" { PhaseName::Validate } else { PhaseName::Expand },
            title: id[3..].to_owned(),
            operation: Operation::AddColumn,
            object: "public.funds".to_owned(),
            table: Some(relation.clone()),
            recipe: "test".to_owned(),
            action,
            probe: Sql::verbatim("SELECT true"),
            verification: Sql::verbatim("SELECT true"),
            undo,
            effect: Effect { locks: vec![RelationLock { relation, mode }], ..Effect::default() },
            undo_locks: Vec::new(),
            lock_timeout_ms: 50,
            blocks_reads: mode.blocks_reads(),
            blocks_writes: mode.blocks_writes(),
            predicted: Prediction {
                ms: Interval::around(10.0, 3.0),
                lock_hold_ms: Interval::around(2.0, 3.0),
                basis: "a guess".to_owned(),
            },
        }
    };
    Plan {
        format: PLAN_FORMAT,
        from: Fingerprint::of_bytes(b"from"),
        to: Fingerprint::of_bytes(b"to"),
        remains: Vec::new(),
        demanded: Vec::new(),
        server_major: 15,
        stall_budget_ms: STALL_BUDGET_MS,
        changes: Vec::new(),
        steps: statements().into_iter().map(step).collect(),
        gates: Vec::new(),
        risk_before: Risk::none(),
        risk_after: Risk::none(),
        totals: model::Totals::default(),
        notes: vec!["the default is constant: no row is written".to_owned()],
    }
}

/// Does every step that the journal does not say is done.
pub async fn carry_out(target: &Target, wrong: Wrong) -> Result<Vec<StepReceipt>, Fault> {
    let session = session(target).await?;
    session.batch_execute(JOURNAL).await.map_err(failed)?;
    if wrong == Wrong::RepeatsSteps {
        wait_for_orphans(&session).await?;
        session
            .batch_execute(
                "ALTER TABLE public.funds DROP COLUMN IF EXISTS vintage_year; DELETE FROM lockkeeper.steps",
            )
            .await
            .map_err(failed)?;
    }
    let done = session.query("SELECT step FROM lockkeeper.steps WHERE done", &[]).await.map_err(failed)?;
    let done: Vec<String> = done.iter().map(|row| row.get(0)).collect();
    let mut receipts = Vec::new();
    for ((id, concurrent, forward, _), step) in statements().into_iter().zip(plan().steps) {
        let began = std::time::Instant::now();
        let outcome = if done.iter().any(|known| known == id) {
            StepOutcome::AlreadyDone
        } else {
            session
                .execute("INSERT INTO lockkeeper.steps VALUES ($1, false) ON CONFLICT DO NOTHING", &[&id])
                .await
                .map_err(failed)?;
            if concurrent {
                // What a killed process left is still at work, or invalid.
                wait_for_orphans(&session).await?;
                session
                    .batch_execute("DROP INDEX IF EXISTS public.funds_vintage_year_created_at_idx")
                    .await
                    .map_err(failed)?;
            }
            session.batch_execute(forward).await.map_err(failed)?;
            session
                .execute("UPDATE lockkeeper.steps SET done = true WHERE step = $1", &[&id])
                .await
                .map_err(failed)?;
            StepOutcome::Done
        };
        receipts.push(receipt(&step, outcome, began.elapsed().as_secs_f64() * 1_000.0));
    }
    match wrong {
        Wrong::LosesRows => session.batch_execute("DELETE FROM public.funds WHERE id IN (SELECT id FROM public.funds f WHERE NOT EXISTS (SELECT FROM public.investments i WHERE i.fund_id = f.id) AND NOT EXISTS (SELECT FROM public.fund_events e WHERE e.fund_id = f.id) AND NOT EXISTS (SELECT FROM public.scenarios e WHERE e.fund_id = f.id) ORDER BY id LIMIT 3)").await.map_err(failed)?,
        Wrong::Blocks => session.batch_execute("BEGIN; LOCK TABLE public.funds; SELECT pg_sleep(0.4); COMMIT").await.map_err(failed)?,
        _ => {}
    }
    session.close().await;
    Ok(receipts)
}

async fn wait_for_orphans(session: &Session) -> Result<(), Fault> {
    let query = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'lockkeeper apply' AND pid <> pg_backend_pid()";
    while session.query_one(query, &[]).await.map_err(failed)?.get::<_, i64>(0) > 0 {}
    Ok(())
}

fn receipt(step: &Step, outcome: StepOutcome, ms: f64) -> StepReceipt {
    let text = serde_json::json!({
        "run": "r", "ordinal": 0, "attempt": 1, "step": step.id, "phase": step.phase, "direction": "forward",
        "operation": step.operation, "recipe": "test", "table": null, "rows": null, "heap_bytes": null,
        "index_bytes": null, "total_bytes": null, "locks": [], "lock_wait_ms": 0.0, "lock_hold_ms": 0.5,
        "execution_ms": ms, "lock_tries": 1, "batches": 0, "rows_filled": 0, "stall_read_ms": null,
        "stall_write_ms": null, "longest_transaction_ms": null, "sqlstate": null, "outcome": outcome,
        "verified": true, "predicted": step.predicted, "started_at": "2026-01-01T00:00:00Z",
    });
    serde_json::from_value(text).expect("it is a receipt")
}

async fn shape(target: &Target) -> Result<String, Fault> {
    let session = session(target).await?;
    let query = "SELECT string_agg(x, '; ' ORDER BY x) FROM (
        SELECT attname || format_type(atttypid, atttypmod) AS x FROM pg_attribute
            WHERE attrelid = 'public.funds'::regclass AND attnum > 0 AND NOT attisdropped
        UNION ALL SELECT pg_get_indexdef(indexrelid) || indisvalid FROM pg_index WHERE indrelid = 'public.funds'::regclass
        UNION ALL SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'public.funds'::regclass AND contype <> 'n') s";
    let text = session.query_one(query, &[]).await.map_err(failed)?.get(0);
    session.close().await;
    Ok(text)
}

fn assessment() -> Assessment {
    let mark = SourceMark { fingerprint: Fingerprint::of_bytes(b"x") };
    let risk = Risk { score: 61.0, level: RiskLevel::High, factors: Factors::default(), reasons: Vec::new() };
    let change = |operation, object: &str, sql: &str| AssessedChange {
        operation,
        object: object.to_owned(),
        category: Category::Risky,
        sql: vec![Sql::verbatim(sql)],
        effect: Effect::default(),
        backward_compatible: true,
        risk: risk.clone(),
        findings: Vec::new(),
        change: None,
    };
    Assessment {
        from: mark.clone(),
        to: mark,
        server_version: None,
        category: Category::Risky,
        risk: risk.clone(),
        changes: vec![
            change(
                Operation::AddColumnNotNullWithDefault,
                "public.funds.vintage_year",
                "ALTER TABLE public.funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020",
            ),
            change(
                Operation::CreateIndex,
                "public.funds_vintage_year_created_at_idx",
                "CREATE INDEX funds_vintage_year_created_at_idx ON public.funds (vintage_year, created_at)",
            ),
        ],
        red_flags: vec![RedFlag {
            rule: "blocks-writes".into(),
            object: "public.funds".into(),
            message: "CREATE INDEX keeps writers out".into(),
            help: String::new(),
        }],
        checklist: Vec::new(),
    }
}

impl Pipeline for Small {
    async fn check(&self, _: &Target, wanted: &Path) -> Result<Assessment, Fault> {
        assert!(std::fs::read_to_string(wanted).expect("it is there").contains("vintage_year"));
        Ok(assessment())
    }

    async fn plan(&self, _: &Target, _: &Path, folder: &Path) -> Result<Plan, Fault> {
        std::fs::create_dir(folder).expect("it does not exist yet");
        Ok(plan())
    }

    async fn rehearse(
        &self,
        _: &Path,
        _: &Shadow,
        copy: &Database,
        progress: &dyn Progress,
    ) -> Result<Rehearsed, Fault> {
        carry_out(&copy.target, Wrong::Nothing).await?;
        progress.note("there and back");
        Ok(Rehearsed { arrived: true, rolled_back: true, confidence: Some(22.0), notes: Vec::new() })
    }

    async fn apply(
        &self,
        _: &Path,
        database: &Target,
        _: Option<PhaseName>,
        _: &dyn Progress,
    ) -> Result<Applied, Fault> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let steps = carry_out(database, self.wrong).await?;
        Ok(Applied { run: "r".into(), outcome: RunOutcome::Done, steps })
    }

    fn apply_command(&self, _: &Path, database: &Target, _: Option<PhaseName>) -> Result<Command, Fault> {
        let mut command = Command::new(std::env::current_exe().expect("we run"));
        command.args(["child", "--exact", "--nocapture"]).env(CHILD_URL, database.url_with_password());
        Ok(command)
    }

    async fn step_under_way(&self, session: &Session) -> Result<Option<String>, Fault> {
        let query = "SELECT step FROM lockkeeper.steps WHERE NOT done";
        match session.query_opt(query, &[]).await {
            Ok(row) => Ok(row.map(|row| row.get(0))),
            // There is no journal before the first run.
            Err(error) if connect::sqlstate(&error) == Some("42P01") => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    async fn rollback(
        &self,
        _: &Path,
        database: &Target,
        _: Option<PhaseName>,
        _: &dyn Progress,
    ) -> Result<Applied, Fault> {
        let session = session(database).await?;
        for (id, _, _, back) in statements().into_iter().rev() {
            if self.wrong != Wrong::LeavesColumn || id != "01-column" {
                session.batch_execute(back).await.map_err(failed)?;
                session
                    .execute("DELETE FROM lockkeeper.steps WHERE step = $1", &[&id])
                    .await
                    .map_err(failed)?;
            }
        }
        session.close().await;
        Ok(Applied { run: "b".into(), outcome: RunOutcome::Done, steps: Vec::new() })
    }

    async fn verify(&self, database: &Target, _: &Path) -> Result<Verified, Fault> {
        let equal = shape(database).await?.contains("vintage_year");
        Ok(Verified { equal, differences: Vec::new() })
    }

    async fn fingerprint(&self, database: &Target) -> Result<Fingerprint, Fault> {
        Ok(Fingerprint::of(&BTreeMap::from([("shape", shape(database).await?)])))
    }

    async fn remembered(&self) -> Result<Remembered, Fault> {
        let place = PathBuf::from(".lockkeeper/memory.db");
        Ok(Remembered { receipts: 4, place, command: "lockkeeper memory list".into() })
    }
}
