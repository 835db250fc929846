//! The same migration planned with what earlier runs taught and without: what changes.
//! `LOCKKEEPER_TEST_REPORT=1` prints both plans' predictions beside what was measured.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const TABLE: &str = "CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, \
    amount numeric, code text";
const ROWS: &str = "INSERT INTO public.funds (name, amount, code) SELECT 'fund ' || n, n, nullif(n, 77)::text \
    FROM generate_series(1, 60000) n; ANALYZE public.funds";
const LEARNED: &str = ", CONSTRAINT amount_is_positive CHECK (amount >= 0));
    CREATE INDEX funds_amount ON funds (amount);";

fn run(folder: &Path, url: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_lockkeeper"))
        .args(args)
        .args(["--format", "json"])
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("DATABASE_URL", url)
        .output()
        .expect("the program starts")
}

fn done(folder: &Path, url: &str, args: &[&str]) -> Value {
    let output = run(folder, url, args);
    let said = || format!("{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}", said());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said()))
}

/// Plans towards a schema that is the table with something more, whatever its rows hold.
fn plan(folder: &Path, url: &str, more: &str, name: &str) -> Value {
    std::fs::write(folder.join("wanted.sql"), [TABLE, more].concat()).expect("the test's own folder");
    let plan = ["plan", "--to", "wanted.sql", "-o", name, "--query-seconds", "0"];
    done(folder, url, &plan)["plan"].clone()
}

fn steps(plan: &Value) -> &[Value] {
    plan["steps"].as_array().expect("steps")
}

/// How many times the 90th percentile is the 10th.
fn width(step: &Value) -> f64 {
    let ms = &step["predicted"]["ms"];
    ms["p90"].as_f64().expect("a number") / ms["p10"].as_f64().expect("a number")
}

fn text(value: &Value) -> String {
    value.to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_narrows_predictions_raises_what_failed_and_tells_the_reader() {
    let database = testkit::database(15).await;
    database.run(&[&TABLE.replace("funds (", "public.funds ("), ")"].concat()).await;
    database.run(ROWS).await;
    let url = database.target().url_with_password();
    let (learned, fresh) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    for round in 0..4 {
        let name = format!("m{round}");
        plan(learned.path(), &url, LEARNED, &name);
        done(learned.path(), &url, &["apply", &name]);
        done(learned.path(), &url, &["rollback", &name]);
    }
    // One row has no code.
    std::fs::write(learned.path().join("strict.sql"), [TABLE, " NOT NULL);"].concat()).expect("a file");
    done(learned.path(), &url, &["plan", "--to", "strict.sql", "-o", "strict", "--query-seconds", "0"]);
    assert!(!run(learned.path(), &url, &["apply", "strict"]).status.success());
    done(learned.path(), &url, &["rollback", "strict"]);

    let more = [" NOT NULL", LEARNED].concat();
    let with = plan(learned.path(), &url, &more, "with");
    let without = plan(fresh.path(), &url, &more, "without");
    compare(&with, &without);

    // What memory foretold is what happens; the row that failed is mended first.
    database.run("UPDATE public.funds SET code = '77' WHERE code IS NULL").await;
    let report = done(learned.path(), &url, &["apply", "with"]);
    if std::env::var_os("LOCKKEEPER_TEST_REPORT").is_some() {
        print(&with, &without, &report);
    }
}

fn compare(with: &Value, without: &Value) {
    assert_eq!(steps(with).len(), steps(without).len(), "memory changes what is told, not what is done");
    let known: Vec<(&Value, &Value)> = steps(with)
        .iter()
        .zip(steps(without))
        .filter(|(step, _)| text(&step["predicted"]["basis"]).contains("4 earlier runs, 4 on this table"))
        .collect();
    assert!(known.len() >= 2, "{with:#}");
    // How narrow they become is up to how evenly the machine ran; a busy one widens some.
    let narrower = |(with, without): &(&Value, &Value)| width(with) < width(without) / 2.0;
    assert!(known.iter().any(narrower), "{with:#}\n{without:#}");
    let score = |plan: &Value| plan["risk_before"]["score"].as_f64().expect("a score");
    assert!(score(with) > score(without), "{} {}", score(with), score(without));
    let reasons = text(&with["risk_before"]["reasons"]);
    assert!(reasons.contains("broke a constraint"), "{reasons}");
    let (told, untold) = (text(&with["notes"]), text(&without["notes"]));
    assert!(told.contains("memory: rows of public.funds broke a constraint"), "{told}");
    assert!(!untold.contains("memory:"), "{untold}");
}

fn print(with: &Value, without: &Value, report: &Value) {
    for (at, (with, without)) in steps(with).iter().zip(steps(without)).enumerate() {
        let ms = |step: &Value| {
            let ms = &step["predicted"]["ms"];
            format!(
                "{:.1} ({:.1} to {:.1})",
                ms["p50"].as_f64().unwrap_or(-1.0),
                ms["p10"].as_f64().unwrap_or(-1.0),
                ms["p90"].as_f64().unwrap_or(-1.0)
            )
        };
        let measured = &report["steps"][at]["execution_ms"];
        println!("{}: with {}, without {}, measured {measured}", with["title"], ms(with), ms(without));
    }
    println!("risk with {}, without {}", with["risk_before"]["score"], without["risk_before"]["score"]);
    println!("notes with {:#}, without {:#}", with["notes"], without["notes"]);
}
