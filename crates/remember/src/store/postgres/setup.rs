//! The memory's own schema, brought up by Lockkeeper's own executor.

use std::time::Duration;

use apply::{ApplyOptions, Guard, GuardFuture, apply};
use connect::Session;
use model::{
    Action, Effect, Fault, Fingerprint, Ident, Interval, Leftover, Literal, Name, Operation, PLAN_FORMAT,
    PhaseName, Plan, Prediction, Risk, Silent, Sql, Step,
};

use super::link::{Open, ask_one, fault};

/// The version of the schema this program knows.
const VERSION: i32 = 1;

/// How often another process that sets the memory up is waited for, and how long each time.
const TURNS: u32 = 40;
const TURN: Duration = Duration::from_millis(250);

/// The oldest pgvector that can be used: halfvec came with 0.7, iterative scans with 0.8.
const PGVECTOR_MIN: (u32, u32) = (0, 8);

/// What a memory's database offers.
#[derive(Debug, Clone, Default)]
pub(super) struct Offer {
    /// The namespace that pgvector is in; none where it cannot be used.
    pub(super) vectors_in: Option<String>,
    /// What keeps meaning from being compared, and what to do about it.
    pub(super) without_meaning: Option<String>,
}

/// Brings the schema up where it is missing, and says what the database offers.
pub(super) async fn set_up(session: &Session) -> Result<Offer, Fault> {
    for _ in 0..TURNS {
        match bring_up(session).await {
            Err(fault) if fault.kind == "apply.busy" => tokio::time::sleep(TURN).await,
            done => return done,
        }
    }
    bring_up(session).await
}

async fn bring_up(session: &Session) -> Result<Offer, Fault> {
    if version(session).await? == 0 {
        run(session, vec![tables_step()]).await?;
    }
    let found = version(session).await?;
    if found != VERSION {
        return Err(Fault::new(
            "memory.newer",
            format!("this memory has version {found}, and this Lockkeeper knows version {VERSION}"),
        )
        .at(session.target().to_string())
        .help("use the newer Lockkeeper that wrote it"));
    }
    let pgvector = Pgvector::look(session).await?;
    if pgvector.is_usable() && !pgvector.is_ready {
        // Who may not create the extension or the column goes on with words.
        let made = run(session, vector_steps(&pgvector)).await;
        let after = Pgvector::look(session).await?;
        return Ok(after.offer(made.err()));
    }
    Ok(pgvector.offer(None))
}

async fn version(session: &Session) -> Result<i32, Fault> {
    let there = "SELECT to_regclass('lockkeeper_memory.version') IS NOT NULL";
    if !ask_one::<bool>(session, there).await? {
        return Ok(0);
    }
    ask_one(session, "SELECT version FROM lockkeeper_memory.version").await
}

/// What is there of pgvector.
struct Pgvector {
    /// The version the server could install.
    available: Option<String>,
    /// The namespace it is installed in.
    namespace: Option<String>,
    /// The version that is installed.
    installed: Option<String>,
    /// Whether documents have their column for it.
    is_ready: bool,
}

impl Pgvector {
    async fn look(session: &Session) -> Result<Self, Fault> {
        let question = "SELECT (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'),
                (SELECT n.nspname::text FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
                 WHERE e.extname = 'vector'),
                (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
                EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('lockkeeper_memory.document')
                        AND attname = 'meaning' AND NOT attisdropped)";
        let row = session.query_one(question, &[]).await.map_err(|error| fault(session, "read", &error))?;
        Ok(Self { available: row.get(0), namespace: row.get(1), installed: row.get(2), is_ready: row.get(3) })
    }

    /// Whether it is there, or could be, in a version that serves.
    fn is_usable(&self) -> bool {
        let version = self.installed.as_ref().or(self.available.as_ref());
        version.is_some_and(|version| is_enough(version))
    }

    fn offer(self, refused: Option<Fault>) -> Offer {
        if self.is_ready && self.is_usable() {
            return Offer { vectors_in: self.namespace, without_meaning: None };
        }
        let (major, minor) = PGVECTOR_MIN;
        let why = match (refused, self.installed.or(self.available)) {
            (Some(refused), _) => format!("extension vector could not be set up: {}", refused.what),
            (None, Some(old)) => {
                format!("extension vector is {old}; install pgvector {major}.{minor} or newer")
            }
            (None, None) => {
                format!("the server has no extension vector; install pgvector {major}.{minor} or newer")
            }
        };
        Offer { vectors_in: None, without_meaning: Some(why) }
    }
}

/// Whether a version such as `0.8.6` is new enough.
fn is_enough(version: &str) -> bool {
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= PGVECTOR_MIN
}

/// Carries steps out as a plan, with journal, lock budget and probes like any other.
async fn run(session: &Session, steps: Vec<Step>) -> Result<(), Fault> {
    let plan = Plan {
        format: PLAN_FORMAT,
        from: marker(),
        to: marker(),
        remains: Vec::new(),
        demanded: Vec::new(),
        server_major: session.server().major,
        stall_budget_ms: model::STALL_BUDGET_MS,
        changes: Vec::new(),
        steps,
        gates: Vec::new(),
        risk_before: Risk::none(),
        risk_after: Risk::none(),
        totals: model::Totals::default(),
        notes: Vec::new(),
    };
    let mut options = ApplyOptions { stall: false, baseline_ms: 0, ..ApplyOptions::default() };
    apply(session.target(), &plan, &Own, &mut options, &Silent).await?;
    Ok(())
}

/// The memory's schema is nobody else's, so nothing but its own version can have drifted, and that was asked.
struct Own;

impl Guard for Own {
    fn fingerprint<'a>(&'a self, _session: &'a Session) -> GuardFuture<'a> {
        Box::pin(async { Ok(marker()) })
    }
}

fn marker() -> Fingerprint {
    Fingerprint::of_bytes(b"lockkeeper_memory")
}

fn tables_step() -> Step {
    step(
        "01-expand-memory-tables",
        "make the memory's tables",
        vec![Sql::verbatim(include_str!("schema.sql"))],
        "SELECT to_regclass('lockkeeper_memory.version') IS NOT NULL",
        "DROP SCHEMA lockkeeper_memory CASCADE",
    )
}

fn vector_steps(pgvector: &Pgvector) -> Vec<Step> {
    let extension = step(
        "01-expand-memory-vector",
        "install pgvector",
        vec![Sql::verbatim("CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA lockkeeper_memory")],
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'vector')",
        "SELECT 1",
    );
    let namespace = Ident::new(pgvector.namespace.as_deref().unwrap_or("lockkeeper_memory"));
    let column = step(
        "02-expand-memory-meaning",
        "give documents their meaning",
        vec![model::sql!("ALTER TABLE lockkeeper_memory.document ADD COLUMN meaning {}.halfvec", namespace)],
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute
            WHERE attrelid = pg_catalog.to_regclass('lockkeeper_memory.document') AND attname = 'meaning'
              AND NOT attisdropped)",
        "ALTER TABLE lockkeeper_memory.document DROP COLUMN meaning",
    );
    vec![extension, column]
}

/// The index of one model's vectors. Only this model's: those of others have other dimensions.
pub(super) async fn index_model(open: &Open, model: &str, dimensions: usize) -> Result<(), Fault> {
    let Some(namespace) = open.offer.vectors_in.as_deref() else { return Ok(()) };
    let name =
        Ident::new(format!("document_meaning_{}", &Fingerprint::of_bytes(model.as_bytes()).as_str()[..12]));
    let namespace = Ident::new(namespace);
    let create = model::sql!(
        "CREATE INDEX CONCURRENTLY {} ON lockkeeper_memory.document
            USING hnsw ((meaning::{}.halfvec({})) {}.halfvec_cosine_ops) WHERE model = {}",
        name,
        namespace,
        dimensions,
        namespace,
        Literal::new(model)
    );
    let of_index = |valid: &'static str| {
        model::sql!(
            "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = pg_catalog.to_regclass({}) AND {})",
            Literal::new(Name::new("lockkeeper_memory", name.as_str()).to_string()),
            Sql::verbatim(valid)
        )
    };
    let drop_index = model::sql!("DROP INDEX CONCURRENTLY IF EXISTS lockkeeper_memory.{}", name);
    let leftover = Leftover { probe: of_index("NOT indisvalid"), remove: drop_index.clone() };
    let mut made = step(
        "01-expand-memory-index",
        "index the meaning of documents",
        Vec::new(),
        "SELECT true",
        "SELECT 1",
    );
    made.probe = of_index("indisvalid");
    made.verification = made.probe.clone();
    made.action = Action::Concurrent { sql: create, leftover: Some(leftover) };
    made.undo = Action::Concurrent { sql: drop_index, leftover: None };
    made.operation = Operation::CreateIndex;
    run(&open.session, vec![made]).await
}

fn step(id: &str, title: &str, sql: Vec<Sql>, probe: &str, undo: &str) -> Step {
    let quick = Interval::around(20.0, 5.0);
    Step {
        id: id.to_owned(),
        phase: PhaseName::Expand,
        title: title.to_owned(),
        operation: Operation::CreateTable,
        object: "lockkeeper_memory".to_owned(),
        table: None,
        recipe: "memory".to_owned(),
        action: Action::Transaction { sql },
        probe: Sql::verbatim(probe),
        verification: Sql::verbatim(probe),
        undo: Action::Transaction { sql: vec![Sql::verbatim(undo)] },
        effect: Effect::default(),
        undo_locks: Vec::new(),
        lock_timeout_ms: model::LOCK_TIMEOUT_MS,
        blocks_reads: false,
        blocks_writes: false,
        predicted: Prediction { ms: quick, lock_hold_ms: quick, basis: "empty tables".to_owned() },
    }
}
