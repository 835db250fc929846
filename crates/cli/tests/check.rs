//! `check` as a user meets it: a live database with rows in the way, and code that uses what goes.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

const BEFORE: &str = "
CREATE TABLE public.funds (id serial PRIMARY KEY, name varchar(200), vintage int, strategy text);
CREATE TABLE public.positions (id int PRIMARY KEY, fund_id int);
CREATE INDEX funds_strategy ON public.funds (strategy);
INSERT INTO public.funds (name, vintage, strategy)
  SELECT CASE WHEN n % 10 = 0 THEN NULL ELSE 'a name that is long ' || n END, 2000, 's' || n FROM generate_series(1, 1000) n;
INSERT INTO public.positions SELECT n, n + 5 FROM generate_series(1, 1000) n;
ANALYZE";
const WANTED: &str = "
CREATE TABLE funds (id serial PRIMARY KEY, name varchar(10) NOT NULL, strategy text, note text);
CREATE TABLE positions (id int PRIMARY KEY, fund_id int REFERENCES funds ON DELETE CASCADE);
CREATE INDEX funds_strategy ON funds (strategy);";
const SCRIPT: &str = "import { integer, pgTable, serial } from \"drizzle-orm/pg-core\";
export const funds = pgTable(\"funds\", { id: serial(\"id\"), vintage: integer(\"vintage\") });
export const list = (db) => db.select({ v: funds.vintage }).from(funds);
";

struct Project {
    folder: tempfile::TempDir,
    url: String,
    database: testkit::TestDatabase,
}

impl Project {
    async fn new() -> Self {
        let database = testkit::database(testkit::majors()[0]).await;
        database.run(BEFORE).await;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("src")).expect("a folder of its own");
        for (name, text) in [("wanted.sql", WANTED), ("src/app.ts", SCRIPT)] {
            std::fs::write(folder.path().join(name), text).expect("a file of its own");
        }
        Self { folder, url: database.target().url_with_password(), database }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).args(["--to", "wanted.sql"]).current_dir(self.folder.path());
        command.env("NO_COLOR", "1").env("DATABASE_URL", &self.url).output().expect("the program starts")
    }

    fn text(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    fn json(&self, args: &[&str]) -> Value {
        serde_json::from_str(&self.text(&[args, &["--format", "json"]].concat())).expect("JSON")
    }
}

fn list<'v>(value: &'v Value, field: &str) -> &'v [Value] {
    value[field].as_array().map_or(&[], Vec::as_slice)
}

fn item<'v>(answer: &'v Value, item: &str) -> (&'v str, &'v str) {
    let found = list(answer, "checklist").iter().find(|each| each["item"] == item).expect("the item");
    (found["status"].as_str().expect("text"), found["evidence"].as_str().expect("text"))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_the_way_is_counted_and_shown() {
    let project = Project::new().await;
    let answer = project.json(&["check"]);
    let asked = list(&answer, "preconditions");
    for (rule, rows) in
        [("null-values", 100), ("unconvertible-values", 900), ("orphan-rows", 5), ("lost-values", 1000)]
    {
        let found =
            asked.iter().find(|each| each["rule"] == rule).unwrap_or_else(|| panic!("{rule}: {answer}"));
        assert_eq!((found["rows"].as_u64(), found["exact"].as_bool()), (Some(rows), Some(true)), "{found}");
        let count = format!("SELECT count(*) FROM ({}) AS shown", found["query"].as_str().expect("a query"));
        assert_eq!(project.database.ask(&count).await, Some(rows.to_string()), "{count}");
    }
    let flags: Vec<&str> =
        list(&answer, "red_flags").iter().filter_map(|flag| flag["rule"].as_str()).collect();
    for rule in ["null-values", "unconvertible-values", "orphan-rows", "lost-values", "still-used", "cascade"]
    {
        assert!(flags.contains(&rule), "{rule}: {flags:?}");
    }
    let drop = list(&answer, "changes").iter().find(|change| change["operation"] == "DROP_COLUMN");
    let findings = list(drop.expect("the change"), "findings");
    let used = findings.iter().find(|finding| finding["rule"] == "still-used").expect("a finding");
    assert_eq!((used["file"].as_str(), used["line"].as_u64()), (Some("src/app.ts"), Some(3)));
    assert_eq!(item(&answer, "rollback considered").0, "fail");
    assert_eq!(list(&answer, "checklist").len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_carries_file_and_line() {
    let project = Project::new().await;
    let github = project.text(&["check", "--format", "github"]);
    assert!(github.contains("file=src/app.ts,line=3"), "{github}");
    assert!(github.contains("title=null-values"), "{github}");
    let sarif: Value = serde_json::from_str(&project.text(&["check", "--format", "sarif"])).expect("JSON");
    let results = list(&sarif["runs"][0], "results");
    let used = results.iter().find(|result| result["ruleId"] == "still-used").expect("a result");
    let place = &used["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/app.ts");
    assert_eq!(place["region"]["startLine"], 3);
    let markdown = project.text(&["check", "--format", "markdown"]);
    assert!(markdown.contains("src/app.ts") && markdown.contains("lost-values"), "{markdown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_is_only_asked_when_it_may_be() {
    let project = Project::new().await;
    let answer = project.json(&["check", "--query-seconds", "0"]);
    assert!(list(&answer, "preconditions").is_empty(), "{answer}");
    let flags = list(&answer, "red_flags");
    assert!(flags.iter().any(|flag| flag["rule"] == "narrowing"), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_the_change_is_evidence() {
    let project = Project::new().await;
    let before = project.json(&["check", "--backup", "nightly, tried on Monday"]);
    assert_eq!(item(&before, "backup plan for production data"), ("pass", "told: nightly, tried on Monday"));
    assert_eq!(item(&before, "schema changes reviewed").0, "unknown");
    let planned = project.run(&["plan", "-o", "migration", "--query-seconds", "0"]);
    assert!(planned.status.success(), "{}", String::from_utf8_lossy(&planned.stderr));
    let after = project.json(&["check"]);
    assert_eq!(item(&after, "rollback considered").0, "pass", "{after}");
    assert_eq!(item(&after, "schema changes reviewed").0, "unknown");
    let plan = std::fs::read_to_string(project.path("migration/plan.json")).expect("the plan");
    let plan: Value = serde_json::from_str(&plan).expect("JSON");
    let hash = plan["hash"].as_str().expect("a hash");
    approve(&project.path("migration"), hash);
    let approved = project.json(&["check"]);
    let (status, evidence) = item(&approved, "schema changes reviewed");
    assert!(status == "pass" && evidence.contains("Ada"), "{status}: {evidence}");
}

fn approve(folder: &Path, hash: &str) {
    let text = format!("hash = \"{hash}\"\nname = \"Ada\"\ndate = \"2026-01-01\"\n");
    std::fs::write(folder.join("APPROVED.toml"), text).expect("it writes");
}
