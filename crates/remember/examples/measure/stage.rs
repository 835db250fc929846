//! The server, and one plan carried out and taken back on it.

use apply::ApplyOptions;
use connect::Session;
use model::{Direction, Fault, PhaseName, Plan, Risk, Schema, Silent};
use rehearse::LiveSchema;
use remember::Memory;
use shadow::{Database, Shadow, ShadowOptions, Storage};

use crate::Answer;
use crate::changes::Change;
use crate::tables::{GROWTH, TABLES, Table};

/// How long a step may try to get its locks, in ms.
const LOCK_PATIENCE_MS: u64 = 60_000;

/// A throwaway server with the project's database, and an empty one of the same schema.
pub(crate) struct Stage {
    server: Shadow,
    live: Database,
    empty: Database,
    scale: f64,
    largest: f64,
    sittings: std::cell::Cell<i32>,
}

impl Stage {
    pub(crate) async fn set(scale: f64, largest: f64) -> Answer<Self> {
        let settings =
            [("shared_buffers", "256MB"), ("maintenance_work_mem", "64MB"), ("max_wal_size", "2GB")];
        let options = ShadowOptions {
            storage: Storage::Disk,
            settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
            ..ShadowOptions::default()
        };
        let server = Shadow::start(&options, &Silent).await?;
        let empty = server.create_database(None).await?;
        send(&empty, &TABLES.iter().map(Table::ddl).collect::<String>()).await?;
        let live = server.create_database(Some(empty.name.as_str())).await?;
        let stage = Self { server, live, empty, scale, largest, sittings: std::cell::Cell::new(0) };
        stage.fill().await?;
        Ok(stage)
    }

    /// Restarts the server, so that nothing is in its memory, and lets the tables grow.
    pub(crate) async fn next_sitting(&self) -> Answer<()> {
        self.server.restart().await?;
        self.sittings.set(self.sittings.get() + 1);
        self.fill().await
    }

    /// The tables that have rows.
    pub(crate) fn tables(&self) -> Vec<&'static Table> {
        TABLES.iter().filter(|table| f64::from(table.rows) * self.scale <= self.largest).collect()
    }

    async fn fill(&self) -> Answer<()> {
        for table in self.tables() {
            let rows = f64::from(table.rows) * self.scale * GROWTH.powi(self.sittings.get());
            send(&self.live, &table.fill(rows, self.scale)).await?;
        }
        Ok(send(&self.live, "CHECKPOINT").await?)
    }

    /// Plans a change, applies the plan and takes it back; answers how many steps were done.
    pub(crate) async fn there_and_back(
        &self,
        memory: &Memory,
        table: &Table,
        change: &Change,
    ) -> Result<usize, Fault> {
        let plan = self.plan(table, change).await?;
        let forward = self.run(memory, &plan, Direction::Forward, LOCK_PATIENCE_MS).await?;
        Ok(forward + self.run(memory, &plan, Direction::Back, LOCK_PATIENCE_MS).await?)
    }

    /// Applies a plan that may fail, with little patience.
    pub(crate) async fn try_forward(&self, memory: &Memory, plan: &Plan) -> Result<usize, Fault> {
        self.run(memory, plan, Direction::Forward, 500).await
    }

    /// Takes back what was done of a plan, and gives up what is left of its run.
    pub(crate) async fn back(&self, memory: &Memory, plan: &Plan) -> Result<usize, Fault> {
        let done = self.run(memory, plan, Direction::Back, LOCK_PATIENCE_MS).await;
        match apply::abort(&self.live.target).await {
            Err(fault) if fault.kind != "apply.idle" => Err(fault),
            _ => done,
        }
    }

    /// A session in the database that is migrated.
    pub(crate) async fn session(&self) -> Result<Session, Fault> {
        connect::connect(&self.live.target, "report").await
    }

    /// Sends a statement to the database that is migrated.
    pub(crate) async fn send(&self, sql: &str) -> Result<(), Fault> {
        send(&self.live, sql).await
    }

    /// The plan of a change.
    pub(crate) async fn plan(&self, table: &Table, change: &Change) -> Result<Plan, Fault> {
        let copy = self.server.create_database(Some(self.empty.name.as_str())).await?;
        send(&copy, &change.ddl.replace("{t}", table.name)).await?;
        let to = schema(&copy).await?;
        self.server.drop_database(&copy).await?;
        let session = connect::connect(&self.live.target, "lockkeeper measure").await?;
        let from = read::live::read(&session).await?;
        let statistics = read::statistics(&session).await?;
        session.close().await;
        let changes = diff::diff(&from, &to, &[])?.changes;
        plan::plan(&plan::Input {
            from: &from,
            to: &to,
            changes: &changes,
            server_major: self.server.major(),
            statistics: Some(&statistics),
            stall_budget_ms: model::STALL_BUDGET_MS,
            risk_before: Risk::none(),
            told: &plan::Told::default(),
            memory: None,
        })
    }

    async fn run(
        &self,
        memory: &Memory,
        plan: &Plan,
        direction: Direction,
        lock_patience_ms: u64,
    ) -> Result<usize, Fault> {
        let mut options = ApplyOptions {
            until: Some(PhaseName::Contract),
            environment: "measured".to_owned(),
            baseline_ms: 50,
            lock_patience_ms,
            on_receipt: Box::new(|receipt| drop(memory.record_step(receipt))),
            ..ApplyOptions::default()
        };
        let target = &self.live.target;
        let report = match direction {
            Direction::Forward => apply::apply(target, plan, &LiveSchema, &mut options, &Silent).await?,
            Direction::Back => {
                apply::rollback(target, plan, None, &LiveSchema, &mut options, &Silent).await?
            }
        };
        drop(options);
        memory.record_run(&report.receipt);
        Ok(report.steps.len())
    }

    pub(crate) async fn strike(self) -> Answer<()> {
        Ok(self.server.stop().await?)
    }
}

async fn schema(database: &Database) -> Result<Schema, Fault> {
    let session = connect::connect(&database.target, "lockkeeper measure").await?;
    let schema = read::live::read(&session).await?;
    session.close().await;
    Ok(schema)
}

async fn send(database: &Database, sql: &str) -> Result<(), Fault> {
    let session: Session = connect::connect(&database.target, "lockkeeper measure").await?;
    let sent = session.batch_execute(sql).await;
    sent.map_err(|error| connect::fault("measure.send", "a statement of the stage failed", &error))?;
    session.close().await;
    Ok(())
}
