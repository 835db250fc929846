//! Rehearsals of good plans, and of plans that were spoiled on purpose: what is wrong with them must be found.

#![allow(clippy::unwrap_used, missing_docs)]

use model::{Action, Fault, Name, PhaseName, Plan, Risk, Schema, Silent, Sql, Statistics, TableStatistics};
use rehearse::{Options, Piece, Place, Rehearsal};
use testkit::TestDatabase;
use traffic::Rate;

const BEFORE: &str = "
    CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, legacy text, amount numeric);
    CREATE TABLE public.investments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        fund_id bigint NOT NULL REFERENCES public.funds, company text NOT NULL);";
const AFTER: &str = "
    CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, amount numeric,
        vintage integer NOT NULL DEFAULT 2020 CHECK (vintage BETWEEN 2000 AND 2030));
    CREATE INDEX funds_name ON public.funds (name);
    CREATE TABLE public.investments (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        fund_id bigint NOT NULL REFERENCES public.funds, company text NOT NULL);";
const ROWS: &str = "
    INSERT INTO public.funds (name, legacy, amount) SELECT 'fund ' || i, 'old ' || i, i FROM generate_series(1, 800) i;
    INSERT INTO public.investments (fund_id, company) SELECT 1 + i % 800, 'c' || i FROM generate_series(1, 800) i;
    ANALYZE public.funds; ANALYZE public.investments";

struct Stage {
    database: TestDatabase,
    plan: Plan,
    from: Schema,
    to: Schema,
}

async fn schema(major: u32, ddl: &str) -> Schema {
    let database = testkit::database(major).await;
    database.run(ddl).await;
    read::live::read(&database.connect().await).await.unwrap()
}

async fn stage(major: u32) -> Stage {
    stage_to(major, AFTER).await
}

async fn stage_to(major: u32, after: &str) -> Stage {
    stage_between(major, BEFORE, after).await
}

async fn stage_between(major: u32, before: &str, after: &str) -> Stage {
    let (from, to) = (schema(major, before).await, schema(major, after).await);
    let changes = diff::diff(&from, &to, &[]).unwrap().changes;
    let plan = plan::plan(&plan::Input {
        from: &from,
        to: &to,
        changes: &changes,
        server_major: major,
        statistics: None,
        stall_budget_ms: 100,
        risk_before: Risk::none(),
        told: &plan::Told::default(),
        memory: None,
    });
    let database = testkit::database(major).await;
    database.run(before).await;
    database.run(ROWS).await;
    Stage { database, plan: plan.unwrap(), from, to }
}

impl Stage {
    async fn rehearse(&self, traffic: Option<Rate>) -> Result<Rehearsal, Fault> {
        let piece = Piece { plan: &self.plan, from: &self.from, to: &self.to };
        let live =
            TableStatistics { rows: Some(800_000.0), has_rows: Some(true), ..TableStatistics::default() };
        let live = [(Name::new("public", "funds"), live)].into();
        let live = Some(Statistics { tables: live, ..Statistics::default() });
        let options = Options { traffic, baseline_ms: 400, live, ..Options::default() };
        let place = Place { server: self.database.server(), database: self.database.database() };
        rehearse::rehearse(piece, place, &options, &Silent).await
    }

    /// The first step of a phase.
    fn step(&mut self, phase: PhaseName) -> &mut model::Step {
        self.plan.steps.iter_mut().find(|step| step.phase == phase).unwrap()
    }
}

/// An action with one more statement.
fn and(action: &Action, sql: &str) -> Action {
    let Action::Transaction { sql: statements } = action else { panic!("{action:?} is no transaction") };
    Action::Transaction { sql: [statements.clone(), vec![Sql::verbatim(sql)]].concat() }
}

fn busy() -> Option<Rate> {
    Some(Rate { writes_per_s: 80.0, reads_per_s: 200.0 })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_plan_passes_under_traffic() {
    for major in testkit::majors() {
        let stage = stage(major).await;
        let rehearsal = stage.rehearse(busy()).await.unwrap();
        assert!(rehearsal.passed(), "{major}: {rehearsal:#?}");
        let names: Vec<PhaseName> = rehearsal.phases.iter().map(|phase| phase.name).collect();
        assert!(names.contains(&PhaseName::Expand) && names.contains(&PhaseName::Contract), "{names:?}");
        assert!(rehearsal.phases.iter().all(|phase| phase.writes > 0), "{:?}", rehearsal.phases);
        let traffic = rehearsal.traffic.as_ref().unwrap();
        assert!(traffic.statements > 200 && traffic.failed == 0, "{traffic:?}");
        assert_eq!(rehearsal.trials(), (names.len() as u64 + 1, 0));
        // A thousand times as many rows: the index takes longer, the column does not.
        let of = |part: &str| rehearsal.expected.iter().find(|e| e.step.contains(part)).unwrap();
        let (index, column) = (of("index"), of("vintage"));
        let here: Vec<&model::StepReceipt> =
            rehearsal.steps.iter().filter(|s| s.step == index.step).collect();
        assert!(index.ms.p90 > 50.0 * here[0].execution_ms.min(20.0), "{index:?} from {here:?}");
        assert!(column.ms.p50 < 1_000.0 && column.basis.contains("whatever the size"), "{column:?}");
        assert!(index.ms.p10 <= index.ms.p50 && index.ms.p50 <= index.ms.p90);
        // What is kept of it holds no value of any row.
        let text = serde_json::to_string(&rehearsal).unwrap();
        assert!(!text.contains("fund 1") && !text.contains("old "), "{text}");
        let back: Rehearsal = serde_json::from_str(&text).unwrap();
        assert_eq!(back.passed(), rehearsal.passed());
    }
}

/// The code that no longer knows the table is there before the plan begins.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_begins_with_its_gate_passes_under_traffic() {
    let after = AFTER.split("CREATE TABLE public.investments").next().unwrap();
    let stage = stage_to(15, after).await;
    let rehearsal = stage.rehearse(busy()).await.unwrap();
    assert!(rehearsal.passed(), "{rehearsal:#?}");
    assert!(rehearsal.traffic.unwrap().statements > 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_way_back_that_leaves_something_is_found() {
    let mut stage = stage(15).await;
    let step = stage.step(PhaseName::Expand);
    step.undo = and(&step.undo, "CREATE TABLE public.left_behind ()");
    let rehearsal = stage.rehearse(None).await.unwrap();
    assert!(!rehearsal.passed() && !rehearsal.rolled_back, "{rehearsal:#?}");
    assert!(!rehearsal.phases[0].schema_restored && rehearsal.trials().1 > 0);
}

/// Data: a row lost, a value changed, a row too many, by the way there or the way back, under traffic or not.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_change_are_found() {
    let row = "(SELECT min(id) FROM public.investments)";
    for (spoil, traffic) in [
        (format!("DELETE FROM public.investments WHERE id = {row}"), None),
        (format!("UPDATE public.investments SET company = company || '.' WHERE id = {row}"), None),
        ("INSERT INTO public.investments (fund_id, company) VALUES (1, 'x')".to_owned(), None),
        ("DELETE FROM public.investments WHERE id IN (SELECT id FROM public.investments ORDER BY id DESC LIMIT 3)".to_owned(), busy()),
        ("UPDATE public.investments SET fund_id = 1 + fund_id % 800 WHERE id % 100 = 0".to_owned(), busy()),
    ] {
        let mut stage = stage(15).await;
        let step = stage.step(PhaseName::Expand);
        step.undo = and(&step.undo, &spoil);
        let rehearsal = stage.rehearse(traffic).await.unwrap();
        assert!(!rehearsal.passed() && !rehearsal.rolled_back, "{spoil}: {rehearsal:#?}");
        assert!(rehearsal.problems.iter().any(|p| p.contains("investments")), "{spoil}: {:?}", rehearsal.problems);
        assert!(rehearsal.phases[0].schema_restored && !rehearsal.phases[0].rows_restored);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_breaks_the_application_is_found() {
    let mut stage = stage(15).await;
    // The old code still writes this column when the plan renames it away.
    let step = stage.step(PhaseName::Expand);
    step.action = and(&step.action, "ALTER TABLE public.investments RENAME COLUMN company TO firm");
    step.undo = and(&step.undo, "ALTER TABLE public.investments RENAME COLUMN firm TO company");
    let rehearsal = stage.rehearse(busy()).await.unwrap();
    assert!(!rehearsal.passed(), "{rehearsal:#?}");
    let named = |problem: &String| {
        problem.contains("SQLSTATE 42703") && problem.contains("public.investments.insert")
    };
    assert!(rehearsal.problems.iter().any(named), "{:?}", rehearsal.problems);
    assert!(rehearsal.traffic.unwrap().failed > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_fails_is_a_problem_and_the_way_back_is_gone_all_the_same() {
    let mut stage = stage(15).await;
    let step = stage.step(PhaseName::Expand);
    step.action = and(&step.action, "SELECT 1 / 0");
    let rehearsal = stage.rehearse(None).await.unwrap();
    assert!(!rehearsal.passed() && !rehearsal.arrived, "{rehearsal:#?}");
    assert!(rehearsal.rolled_back, "nothing of the step stays: {rehearsal:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_goes_elsewhere_is_told_what_is_still_to_do() {
    let mut stage = stage(15).await;
    let step = stage.step(PhaseName::Expand);
    step.action = and(&step.action, "CREATE TABLE public.strays (id bigint)");
    step.undo = and(&step.undo, "DROP TABLE public.strays");
    let rehearsal = stage.rehearse(None).await.unwrap();
    assert!(!rehearsal.passed() && !rehearsal.arrived, "{rehearsal:#?}");
    let told = |problem: &String| problem.contains("still to do: DROP_TABLE public.strays");
    assert!(rehearsal.problems.iter().any(told), "{:?}", rehearsal.problems);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_without_rows_prove_nothing() {
    let stage = stage(15).await;
    stage.database.run("TRUNCATE public.funds CASCADE").await;
    let rehearsal = stage.rehearse(None).await.unwrap();
    assert!(rehearsal.passed(), "{rehearsal:#?}");
    assert!(rehearsal.unproved.contains_key(&Name::new("public", "funds")));
    assert_eq!(rehearsal.trials(), (0, 0));
    assert!(rehearsal.reservations().unwrap().contains("rows of public.funds"));
}

/// What nobody wrote to meanwhile is named, with the reason, and the confidence does not cover it.
#[tokio::test(flavor = "multi_thread")]
async fn tables_without_writes_are_named() {
    let funds = Name::new("public", "funds");
    let hidden = "ALTER TABLE public.funds ENABLE ROW LEVEL SECURITY;";
    let touched =
        "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER touch BEFORE UPDATE ON public.funds FOR EACH ROW EXECUTE FUNCTION public.touch();";
    for (more, why) in [(hidden, "row security"), (touched, "triggers of its own"), ("", "")] {
        let stage = stage_between(15, &[BEFORE, more].concat(), &[AFTER, more].concat()).await;
        let rehearsal = stage.rehearse(busy()).await.unwrap();
        assert!(rehearsal.passed(), "{rehearsal:#?}");
        let told = rehearsal.unwritten.get(&funds).map_or("", String::as_str);
        assert_eq!((told.is_empty(), told.contains(why)), (why.is_empty(), true), "{why}: {told}");
        let reserved = rehearsal.reservations().is_some_and(|said| said.contains("writes to public.funds"));
        assert_eq!(reserved, !why.is_empty());
    }
    let silent = stage(15).await.rehearse(None).await.unwrap();
    assert_eq!(silent.unwritten.get(&funds).map(String::as_str), Some("there was no traffic"));
}
