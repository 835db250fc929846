//! Plans that meet what plans meet: rows that do not fit, and sessions in the way.

use connect::Session;
use model::Fault;
use remember::Memory;

use crate::Answer;
use crate::changes::Change;
use crate::stage::Stage;
use crate::tables::Table;

/// A table, a change, what makes it fail, and what another session does meanwhile; `{t}` is the table's name.
struct Trouble {
    table: &'static str,
    ddl: &'static str,
    before: &'static str,
    after: &'static str,
    /// Sent in a transaction that stays open while the plan is applied.
    meanwhile: Option<&'static str>,
}

const fn rows(table: &'static str, ddl: &'static str, before: &'static str, after: &'static str) -> Trouble {
    Trouble { table, ddl, before, after, meanwhile: None }
}

const fn session(table: &'static str, ddl: &'static str, meanwhile: &'static str) -> Trouble {
    Trouble { table, ddl, before: "", after: "", meanwhile: Some(meanwhile) }
}

const NOT_NULL: &str = "ALTER TABLE public.{t} ALTER COLUMN code SET NOT NULL";
const CHECK: &str = "ALTER TABLE public.{t} ADD CONSTRAINT {t}_amount_check CHECK (amount >= 0)";
const FOREIGN_KEY: &str = "ALTER TABLE public.{t} ADD CONSTRAINT {t}_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES public.funds (id)";
const UNIQUE: &str = "ALTER TABLE public.{t} ADD CONSTRAINT {t}_code_key UNIQUE (code)";
const WITHOUT_DEFAULT: &str = "ALTER TABLE public.{t} ADD COLUMN grade integer NOT NULL";
const COLUMN: &str = "ALTER TABLE public.{t} ADD COLUMN remark text";
const INDEX: &str = "CREATE INDEX {t}_amount_idx ON public.{t} (amount, created_at)";
const NO_CODE: &str = "UPDATE public.{t} SET code = NULL WHERE id % 1000 = 7";
const CODES: &str = "UPDATE public.{t} SET code = '{t}-' || id WHERE code IS NULL OR code = 'twice'";
const NEGATIVE: &str = "UPDATE public.{t} SET amount = -amount - 1 WHERE id < 4";
const POSITIVE: &str = "UPDATE public.{t} SET amount = -amount - 1 WHERE id < 4";
const NO_FUND: &str = "UPDATE public.{t} SET fund_id = 1000000 + id WHERE id < 9";
const FUNDS: &str = "UPDATE public.{t} SET fund_id = 1 WHERE id < 9";
const TWICE: &str = "UPDATE public.{t} SET code = 'twice' WHERE id < 3";
const READS: &str = "SELECT count(*) FROM public.{t}";
const WRITES: &str = "UPDATE public.{t} SET kind = kind WHERE id = 1";
const MAINTAINS: &str = "LOCK TABLE public.{t} IN SHARE UPDATE EXCLUSIVE MODE";
const SNAPSHOT: &str =
    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM pg_catalog.pg_class";

const TROUBLES: [Trouble; 25] = [
    rows("investors", NOT_NULL, NO_CODE, CODES),
    rows("positions", NOT_NULL, NO_CODE, CODES),
    rows("calls", CHECK, NEGATIVE, POSITIVE),
    rows("entries", CHECK, NEGATIVE, POSITIVE),
    rows("events", FOREIGN_KEY, NO_FUND, FUNDS),
    rows("commitments", FOREIGN_KEY, NO_FUND, FUNDS),
    rows("documents", UNIQUE, TWICE, CODES),
    rows("valuations", UNIQUE, TWICE, CODES),
    rows("funds", WITHOUT_DEFAULT, "", ""),
    rows("documents", WITHOUT_DEFAULT, "", ""),
    rows("calls", "ALTER TABLE public.{t} ALTER COLUMN note TYPE integer USING note::integer", "", ""),
    rows("investors", "ALTER TABLE public.{t} ALTER COLUMN note TYPE varchar(12)", "", ""),
    rows("valuations", "ALTER TABLE public.{t} ALTER COLUMN amount TYPE numeric(3,2)", "", ""),
    rows("positions", "ALTER TABLE public.{t} ALTER COLUMN id TYPE smallint", "", ""),
    rows("events", "CREATE INDEX {t}_share_idx ON public.{t} ((100 / kind))", "", ""),
    rows(
        "funds",
        "CREATE INDEX {t}_note_idx ON public.{t} (note)",
        "UPDATE public.{t} SET note = (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 2000) n) WHERE id = 1",
        "UPDATE public.{t} SET note = 'short' WHERE id = 1",
    ),
    session("funds", COLUMN, READS),
    session("entries", COLUMN, WRITES),
    session("documents", COLUMN, MAINTAINS),
    session("investors", NOT_NULL, READS),
    session("positions", CHECK, WRITES),
    session("calls", CHECK, MAINTAINS),
    session("events", FOREIGN_KEY, WRITES),
    session("entries", INDEX, SNAPSHOT),
    session("valuations", UNIQUE, SNAPSHOT),
];

/// Meets every trouble once, and cleans up after it; answers how many plans failed.
pub(crate) async fn meet_all(stage: &Stage, memory: &Memory) -> Answer<usize> {
    let mut failed = 0;
    for trouble in &TROUBLES {
        let fault = meet(stage, memory, trouble).await?;
        println!(
            "{} on {}: {}",
            trouble.ddl,
            trouble.table,
            fault.as_ref().map_or("done", |fault| &fault.what)
        );
        failed += usize::from(fault.is_some());
    }
    Ok(failed)
}

async fn meet(stage: &Stage, memory: &Memory, trouble: &Trouble) -> Result<Option<Fault>, Fault> {
    let named = |sql: &str| sql.replace("{t}", trouble.table);
    let table = Table::named(trouble.table);
    let change = Change::of("trouble", trouble.ddl);
    stage.send(&named(trouble.before)).await?;
    let other: Session = stage.session().await?;
    if let Some(meanwhile) = trouble.meanwhile {
        let sent = other.batch_execute(&["BEGIN; ", &named(meanwhile)].concat()).await;
        sent.map_err(|error| connect::fault("measure.send", "the other session failed", &error))?;
    }
    let plan = stage.plan(&table, &change).await?;
    let fault = stage.try_forward(memory, &plan).await.err();
    other.close().await;
    stage.back(memory, &plan).await?;
    stage.send(&named(trouble.after)).await?;
    Ok(fault)
}
