//! Plans by hand, as the recipes write them, and the oracles that judge what became of a database.

use apply::{Guard, GuardFuture};
use connect::Session;
use model::{
    Action, Backfill, Effect, Fault, Fingerprint, Interval, Leftover, LockMode, Name, Operation, PLAN_FORMAT,
    PhaseName, Plan, Prediction, RelationLock, Risk, Sql, Step,
};
use testkit::TestDatabase;

/// The schema as the server's own deparse has it; columns in any order, schema `lockkeeper` left out.
pub struct Deparse;

const DEPARSE: &str = "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line), '') FROM (
    SELECT format('%s.%s %s %s %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           pg_get_expr(d.adbin, d.adrelid)) AS line
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL
    SELECT format('%s %s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL
    SELECT format('%s %s', pg_get_indexdef(indexrelid), indisvalid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace
) AS lines";

impl Guard for Deparse {
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a> {
        Box::pin(async move {
            let row = session.query_one(DEPARSE, &[]).await;
            let row = row.map_err(|error| connect::fault("test.deparse", "no deparse", &error))?;
            Ok::<_, Fault>(Fingerprint::of_bytes(row.get::<_, String>(0).as_bytes()))
        })
    }
}

/// The fingerprint of a database's schema.
pub async fn fingerprint(database: &TestDatabase) -> Fingerprint {
    let session = database.connect().await;
    let fingerprint = of(&session).await;
    session.close().await;
    fingerprint
}

/// The fingerprint of the schema a session is connected to.
pub async fn of(session: &Session) -> Fingerprint {
    Deparse.fingerprint(session).await.unwrap()
}

/// The table that the plans change, with 2,000 rows.
pub const FUNDS: &str =
    "CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now());
     INSERT INTO public.funds (name) SELECT 'fund ' || n FROM generate_series(1, 2000) AS n;
     ANALYZE public.funds";

/// Rows and an order-free hash of everything that was in the table before a plan began.
pub async fn rows(database: &TestDatabase) -> String {
    let question = "SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(t, 0)::numeric), 0) FROM \
        (SELECT format('%s|%s|%s', id, name, created_at) AS t FROM public.funds) AS f";
    database.ask(question).await.unwrap()
}

/// Makes the table that the plans change, with so many rows.
pub async fn make_funds(database: &TestDatabase, rows: u32) {
    database.run(&FUNDS.replace("2000", &rows.to_string())).await;
}

/// The table of both plans.
pub fn funds() -> Name {
    Name::new("public", "funds")
}

/// A step with what most steps have in common.
fn step(phase: PhaseName, title: &str, mode: LockMode, action: Action, probe: &str, undo: Action) -> Step {
    let strong = mode.blocks_reads() || mode.blocks_writes();
    Step {
        id: title.replace(' ', "-"),
        phase,
        title: title.to_owned(),
        operation: Operation::AddColumn,
        object: "public.funds".to_owned(),
        table: Some(funds()),
        recipe: "by-hand".to_owned(),
        action,
        probe: Sql::verbatim(probe),
        verification: Sql::verbatim(probe),
        undo,
        effect: Effect { locks: vec![RelationLock { relation: funds(), mode }], ..Effect::default() },
        undo_locks: Vec::new(),
        lock_timeout_ms: 50,
        blocks_reads: strong,
        blocks_writes: strong,
        predicted: Prediction {
            ms: Interval::around(10.0, 2.0),
            lock_hold_ms: Interval::around(5.0, 2.0),
            basis: "by hand".to_owned(),
        },
    }
}

fn transaction(sql: &[&str]) -> Action {
    Action::Transaction { sql: sql.iter().map(|sql| Sql::verbatim(*sql)).collect() }
}

fn nothing(why: &str) -> Action {
    Action::Nothing { why: why.to_owned() }
}

/// A plan of these steps between two schemas.
pub fn plan(major: u32, from: Fingerprint, to: Fingerprint, steps: Vec<Step>) -> Plan {
    Plan {
        format: PLAN_FORMAT,
        from,
        to,
        remains: Vec::new(),
        demanded: Vec::new(),
        server_major: major,
        stall_budget_ms: 100,
        changes: Vec::new(),
        steps,
        gates: Vec::new(),
        risk_before: Risk::none(),
        risk_after: Risk::none(),
        totals: model::Totals::default(),
        notes: Vec::new(),
    }
}

const HAS_COLUMN: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute
    WHERE attrelid = pg_catalog.to_regclass('public.funds') AND attname = '{}' AND NOT attisdropped)";
const HAS_CHECK: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint
    WHERE conrelid = pg_catalog.to_regclass('public.funds') AND conname = '{}')";
const IS_VALIDATED: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_constraint
    WHERE conrelid = pg_catalog.to_regclass('public.funds') AND conname = '{}' AND convalidated)";
const HAS_INDEX: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_index
    WHERE indexrelid = pg_catalog.to_regclass('public.{}') AND indisvalid)";
const HAS_INVALID_INDEX: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_index
    WHERE indexrelid = pg_catalog.to_regclass('public.{}') AND NOT indisvalid)";

fn about(question: &str, name: &str) -> String {
    question.replace("{}", name)
}

fn index_leftover(name: &str) -> Option<Leftover> {
    Some(Leftover {
        probe: Sql::verbatim(about(HAS_INVALID_INDEX, name)),
        remove: Sql::verbatim(format!("DROP INDEX CONCURRENTLY public.{name}")),
    })
}

/// Scenario 1: a column with a constant default, a check, an index. No backfill.
pub fn vintage_steps() -> Vec<Step> {
    use LockMode::{AccessExclusiveLock, ShareUpdateExclusiveLock};
    use PhaseName::{Expand, Validate};
    let index = "funds_vintage_year_created_at_idx";
    vec![
        step(
            Expand,
            "add column",
            AccessExclusiveLock,
            transaction(&["ALTER TABLE public.funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020"]),
            &about(HAS_COLUMN, "vintage_year"),
            transaction(&["ALTER TABLE public.funds DROP COLUMN vintage_year"]),
        ),
        step(
            Expand,
            "add check not valid",
            AccessExclusiveLock,
            transaction(&[
                "ALTER TABLE public.funds ADD CONSTRAINT vintage CHECK (vintage_year BETWEEN 2000 AND 2030) NOT VALID -- fast",
            ]),
            &about(HAS_CHECK, "vintage"),
            transaction(&["ALTER TABLE public.funds DROP CONSTRAINT vintage"]),
        ),
        step(
            Expand,
            "create index",
            ShareUpdateExclusiveLock,
            Action::Concurrent {
                sql: Sql::verbatim(format!(
                    "CREATE INDEX CONCURRENTLY {index} ON public.funds (vintage_year, created_at)"
                )),
                leftover: index_leftover(index),
            },
            &about(HAS_INDEX, index),
            Action::Concurrent {
                sql: Sql::verbatim(format!("DROP INDEX CONCURRENTLY public.{index}")),
                leftover: index_leftover(index),
            },
        ),
        step(
            Validate,
            "validate check",
            ShareUpdateExclusiveLock,
            transaction(&["ALTER TABLE public.funds VALIDATE CONSTRAINT vintage"]),
            &about(IS_VALIDATED, "vintage"),
            nothing("a proven constraint need not be unproven"),
        ),
    ]
}

/// A column with a volatile default, NOT NULL: a backfill.
pub fn token_steps() -> Vec<Step> {
    use LockMode::{AccessExclusiveLock, RowExclusiveLock, ShareUpdateExclusiveLock};
    use PhaseName::{Expand, Switch, Validate};
    let check = "funds_token_not_null";
    let add_check =
        "ALTER TABLE public.funds ADD CONSTRAINT funds_token_not_null CHECK (token IS NOT NULL) NOT VALID";
    let drop_check = "ALTER TABLE public.funds DROP CONSTRAINT funds_token_not_null";
    vec![
        step(
            Expand,
            "add column",
            AccessExclusiveLock,
            transaction(&[
                "ALTER TABLE public.funds ADD COLUMN token uuid",
                "ALTER TABLE public.funds ALTER COLUMN token SET DEFAULT gen_random_uuid()",
            ]),
            &about(HAS_COLUMN, "token"),
            transaction(&["ALTER TABLE public.funds DROP COLUMN token"]),
        ),
        step(
            PhaseName::Backfill,
            "fill column",
            RowExclusiveLock,
            Action::Backfill(Backfill {
                table: funds(),
                set: Sql::verbatim("token = gen_random_uuid()"),
                pending: Sql::verbatim("token IS NULL"),
                batch_target_ms: 50,
                batch_rows: 1_000,
                silences: Vec::new(),
            }),
            "SELECT NOT EXISTS (SELECT FROM public.funds WHERE token IS NULL)",
            nothing("the column goes with its step"),
        ),
        step(
            Validate,
            "add check not valid",
            AccessExclusiveLock,
            transaction(&[add_check]),
            &about(HAS_CHECK, check),
            transaction(&[drop_check]),
        ),
        step(
            Validate,
            "validate check",
            ShareUpdateExclusiveLock,
            transaction(&["ALTER TABLE public.funds VALIDATE CONSTRAINT funds_token_not_null"]),
            &about(IS_VALIDATED, check),
            nothing("a proven constraint need not be unproven"),
        ),
        step(
            Switch,
            "set not null",
            AccessExclusiveLock,
            transaction(&["ALTER TABLE public.funds ALTER COLUMN token SET NOT NULL"]),
            "SELECT attnotnull FROM pg_catalog.pg_attribute WHERE attrelid = 'public.funds'::regclass AND attname = 'token'",
            transaction(&["ALTER TABLE public.funds ALTER COLUMN token DROP NOT NULL"]),
        ),
        step(
            Switch,
            "drop check",
            AccessExclusiveLock,
            transaction(&[drop_check]),
            &about(HAS_CHECK, check).replace("SELECT EXISTS", "SELECT NOT EXISTS"),
            transaction(&[add_check]),
        ),
    ]
}

/// The plain statements that the plans amount to.
pub const VINTAGE_WANTED: &str =
    "ALTER TABLE public.funds ADD COLUMN vintage_year integer NOT NULL DEFAULT 2020;
    ALTER TABLE public.funds ADD CONSTRAINT vintage CHECK (vintage_year BETWEEN 2000 AND 2030);
    CREATE INDEX funds_vintage_year_created_at_idx ON public.funds (vintage_year, created_at)";

/// The plain statement that the token plan amounts to.
pub const TOKEN_WANTED: &str =
    "ALTER TABLE public.funds ADD COLUMN token uuid NOT NULL DEFAULT gen_random_uuid()";

/// A case: a name, its steps, and the plain statements that its result is compared with.
pub struct Case {
    pub name: &'static str,
    pub steps: fn() -> Vec<Step>,
    pub wanted: &'static str,
}

/// Both plans.
pub const CASES: [Case; 2] = [
    Case { name: "vintage", steps: vintage_steps, wanted: VINTAGE_WANTED },
    Case { name: "token", steps: token_steps, wanted: TOKEN_WANTED },
];

impl Case {
    /// A database with so many rows in its table, and the plan for it. The plan's goal is the schema that
    /// the plain statements make on a copy.
    pub async fn prepare(&self, major: u32, rows: u32) -> (TestDatabase, Plan) {
        let database = testkit::database(major).await;
        make_funds(&database, rows).await;
        let plan = self.plan(&database, major).await;
        (database, plan)
    }

    /// The plan for a database as it is.
    pub async fn plan(&self, database: &TestDatabase, major: u32) -> Plan {
        let from = fingerprint(database).await;
        let wanted = testkit::database(major).await;
        make_funds(&wanted, 0).await;
        wanted.run(self.wanted).await;
        plan(major, from, fingerprint(&wanted).await, (self.steps)())
    }
}
