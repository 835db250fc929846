//! A column whose values become those of another one: refused where the mapping lacks something, followed
//! while rows come in, and taken back with what new code wrote.

use std::path::Path;

use crate::Project;

/// Weird names and types on purpose; the stage is not the last column, and has an index.
const BEFORE: &str = r#"CREATE TABLE public."Deals" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    "The stage" varchar(40), note text NOT NULL DEFAULT '');
    CREATE INDEX deals_stage ON public."Deals" ("The stage");
    INSERT INTO public."Deals" ("The stage") SELECT (ARRAY['seed', ' Seed', 'SERIES-A', 'series a', 'it''s \ $1', NULL])[1 + n % 6]
        FROM generate_series(1, 3000) AS n;
    ANALYZE public."Deals""#;

const WANTED: &str = r#"CREATE TYPE public.stage AS ENUM ('SEED', 'SERIES_A', 'ODD', 'UNKNOWN');
    CREATE TABLE public."Deals" (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    note text NOT NULL DEFAULT '', stage public.stage NOT NULL DEFAULT 'UNKNOWN');
    CREATE INDEX deals_by_stage ON public."Deals" (stage);"#;

const SETTINGS: &str = r#"
    [[transform]]
    column = 'public."Deals"."The stage"'
    into = "stage"
    mapping = "stage.csv"
    match = ["trim", "lower"]
    null = "UNKNOWN"
"#;

const MAPPING: &str = "spelling,value\nseed,SEED\nseries-a,SERIES_A\nseries a,SERIES_A\n\"it's \\ $1\",ODD\n";

/// What each row means, said anew.
const MEANING: &str = r#"SELECT string_agg(stage || ' ' || n, ', ' ORDER BY stage)
    FROM (SELECT stage::text, count(*) AS n FROM public."Deals" GROUP BY 1) AS s"#;

async fn project(major: u32) -> Project {
    let project = Project::new(major, BEFORE).await;
    project.write("wanted.sql", WANTED);
    project.write("lockkeeper.toml", SETTINGS);
    project.write("stage.csv", MAPPING);
    project
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_mapping_lacks_stops_the_plan_before_anything_is_changed() {
    let project = project(15).await;
    let plan = ["plan", "--to", "wanted.sql", "-o", "plan"];
    project.write("stage.csv", "seed,SEED\nseries-a,SERIES_A\n");
    let said = project.must(1, &plan);
    assert!(said.contains("\"series a\" (500)") && said.contains("2 spellings"), "{said}");
    assert!(!project.has(Path::new("plan")), "no plan was made");
    project.write("stage.csv", "seed,SEED\nSEED,ODD\n");
    assert!(project.must(1, &plan).contains("two values for \"SEED\""));
    project.write("stage.csv", MAPPING);
    project.write("lockkeeper.toml", &SETTINGS.replace("null = \"UNKNOWN\"", ""));
    assert!(project.must(1, &plan).contains("500 rows"), "NULL has no value");
    project.write("lockkeeper.toml", &SETTINGS.replace("\"lower\"", "\"upper\""));
    assert!(project.must(2, &plan).contains("rules are trim and lower"));

    // What comes in after the plan was made stops the first step, which is taken back whole.
    project.write("lockkeeper.toml", SETTINGS);
    project.must(0, &plan);
    project.database.run(r#"INSERT INTO public."Deals" ("The stage") VALUES ('mezz'), ('mezz')"#).await;
    let said = project.must(1, &["apply", "plan", "--until", "switch"]);
    assert!(
        said.contains("2 rows of") && said.contains("mezz") && said.contains("nothing was changed"),
        "{said}"
    );
    let columns = r#"SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute
        WHERE attrelid = 'public."Deals"'::regclass AND attnum > 0"#;
    assert_eq!(project.ask(columns).await, "id,The stage,note");
    let kept = "SELECT count(*)::text FROM pg_class WHERE relnamespace = 'lockkeeper'::regnamespace AND relname LIKE 'transform%'";
    assert_eq!(project.ask(kept).await, "0");
    project.database.run(r#"DELETE FROM public."Deals" WHERE "The stage" = 'mezz'"#).await;
    project.must(1, &["apply", "plan"]);
    assert_eq!(project.ask(MEANING).await, "ODD 500, SEED 1000, SERIES_A 1000, UNKNOWN 500");
}

/// Through the gate and all the way back, with old and new code writing, and through again to cleanup.
async fn there_and_back(major: u32) {
    let project = project(major).await;
    let run = async |sql: &str| project.database.run(sql).await;
    project.must(0, &["plan", "--to", "wanted.sql", "-o", "plan"]);
    let at_start =
        project.ask("SELECT md5(string_agg(d::text, '|' ORDER BY id)) FROM public.\"Deals\" AS d").await;

    // Old code writes while rows are filled, and after.
    project.must(1, &["apply", "plan", "--until", "expand"]);
    run(r#"INSERT INTO public."Deals" ("The stage", note) VALUES ('Seed ', 'old 1'), (NULL, 'old 2')"#).await;
    project.must(1, &["apply", "plan", "--until", "backfill"]);
    run(r#"UPDATE public."Deals" SET "The stage" = 'Series A' WHERE note = 'old 2'"#).await;
    // An unknown spelling does not fail, is kept, and stops the plan at its next check, which names it.
    run(r#"INSERT INTO public."Deals" ("The stage", note) VALUES ('round z', 'odd one')"#).await;
    let said = project.must(1, &["apply", "plan", "--until", "validate"]);
    assert!(said.contains("round z") && said.contains("UNKNOWN"), "{said}");
    run(r#"UPDATE public."Deals" SET "The stage" = 'seed' WHERE note = 'odd one'"#).await;
    project.must(1, &["apply", "plan"]);
    assert_eq!(project.ask(MEANING).await, "ODD 500, SEED 1002, SERIES_A 1001, UNKNOWN 500");

    // New code knows only the new column; after contract the old one is out of reach.
    run(r#"INSERT INTO public."Deals" (stage, note) VALUES ('ODD', 'new 1'), ('UNKNOWN', 'new 2')"#).await;
    project.must(0, &["apply", "plan", "--until", "contract"]);
    run(r#"INSERT INTO public."Deals" (note) VALUES ('new 3');
        INSERT INTO public."Deals" (stage, note) VALUES ('SERIES_A', 'new 4');
        UPDATE public."Deals" SET stage = 'SEED' WHERE note = 'new 2';
        UPDATE public."Deals" SET note = note || '!' WHERE note = 'new 1'"#)
    .await;
    project.must(0, &["verify", "--to", "wanted.sql"]);

    // The way back has all of it, in the spelling of the mapping.
    project.must(0, &["rollback", "plan"]);
    let written = r#"SELECT string_agg(note || '=' || coalesce("The stage", 'NULL'), ', ' ORDER BY note)
        FROM public."Deals" WHERE note <> ''"#;
    assert_eq!(
        project.ask(written).await,
        "new 1!=it's \\ $1, new 2=seed, new 3=NULL, new 4=series-a, odd one=seed, old 1=Seed , old 2=Series A"
    );
    run(r#"DELETE FROM public."Deals" WHERE note <> ''"#).await;
    let now =
        project.ask("SELECT md5(string_agg(d::text, '|' ORDER BY id)) FROM public.\"Deals\" AS d").await;
    assert_eq!(now, at_start, "rows that nobody wrote are as they were");
    assert_eq!(leftovers(&project).await, "0");

    // And forward again, to the end for good.
    project.must(0, &["apply", "plan", "--until", "cleanup"]);
    assert_eq!(project.ask(MEANING).await, "ODD 500, SEED 1000, SERIES_A 1000, UNKNOWN 500");
    assert_eq!(leftovers(&project).await, "0");
    project.must(0, &["check", "--to", "wanted.sql"]);
}

/// Triggers, functions, tables and columns that a run made for itself.
async fn leftovers(project: &Project) -> String {
    let query = r#"SELECT ((SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal)
        + (SELECT count(*) FROM pg_proc WHERE pronamespace = 'lockkeeper'::regnamespace)
        + (SELECT count(*) FROM pg_class WHERE relnamespace = 'lockkeeper'::regnamespace AND relname LIKE 'transform%')
        + (SELECT count(*) FROM pg_attribute WHERE attname LIKE '\_lockkeeper%' AND NOT attisdropped))::text"#;
    project.ask(query).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transformation_goes_there_and_back_with_what_old_and_new_code_wrote() {
    for major in testkit::majors() {
        there_and_back(major).await;
    }
}

/// The application's own role has no privilege in schema lockkeeper, and writes all the same.
#[tokio::test(flavor = "multi_thread")]
async fn the_applications_role_needs_no_privilege_of_the_plan() {
    let project = project(15).await;
    let role = format!("app_{}", std::process::id());
    project
        .database
        .run(&format!(r#"CREATE ROLE {role}; GRANT SELECT, INSERT, UPDATE ON public."Deals" TO {role}"#))
        .await;
    project.must(0, &["plan", "--to", "wanted.sql", "-o", "plan"]);
    project.must(1, &["apply", "plan"]);
    project
        .database
        .run(&format!(
            r#"SET ROLE {role}; INSERT INTO public."Deals" ("The stage", note) VALUES ('seed', 'x');
            INSERT INTO public."Deals" (stage, note) VALUES ('ODD', 'y'); RESET ROLE"#
        ))
        .await;
    let written = r#"SELECT string_agg("The stage" || '/' || stage, ', ' ORDER BY note) FROM public."Deals" WHERE note <> ''"#;
    assert_eq!(project.ask(written).await, "seed/SEED, it's \\ $1/ODD");
    project.database.run(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
}

/// A rehearsal's rows and its traffic are made up, from what the live columns hold.
#[tokio::test(flavor = "multi_thread")]
async fn a_transformation_is_rehearsed_on_rows_like_the_live_ones() {
    let project = project(15).await;
    project.must(0, &["plan", "--to", "wanted.sql", "-o", "plan"]);
    let said = project.must(0, &["rehearse", "plan", "--rows", "2000"]);
    assert!(said.contains("arrived at the wanted schema: yes"), "{said}");
}
