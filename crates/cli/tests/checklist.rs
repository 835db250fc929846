//! Each of the seven items of the checklist, where it passes, fails and cannot be known.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use testkit::TestDatabase;

const BEFORE: &str = "CREATE TABLE public.funds (id int PRIMARY KEY, name varchar(10) NOT NULL, gone text);
    INSERT INTO public.funds SELECT n, 'n', CASE WHEN n % 2 = 0 THEN 'x' END FROM generate_series(1, 200) n; ANALYZE";
const ADDS: &str =
    "CREATE TABLE funds (id int PRIMARY KEY, name varchar(10) NOT NULL, gone text, note text);";
const DROPS: &str = "CREATE TABLE funds (id int PRIMARY KEY, name varchar(10) NOT NULL);";
const DERIVED: &str = "import { createInsertSchema } from \"drizzle-zod\";
import { z } from \"zod\";
import { funds } from \"./schema\";
export const insertFunds = createInsertSchema(funds, { note: z.string().max(80) });
";
const MISFIT: &str = "import { z } from \"zod\";
export const insertFund = z.object({ id: z.number(), name: z.string().max(40) });
";
const UNKNOWN: &str = "import { z } from \"zod\";
export const login = z.object({ user: z.string() });
";

struct Project {
    folder: tempfile::TempDir,
    database: TestDatabase,
}

impl Project {
    async fn new(wanted: &str) -> Self {
        let database = testkit::database(testkit::majors()[0]).await;
        database.run(BEFORE).await;
        let project = Self { folder: tempfile::tempdir().expect("a folder"), database };
        project.write("wanted.sql", wanted);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder of its own");
        std::fs::write(path, text).expect("a file of its own");
    }

    fn run(&self, args: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
        command.args(args).current_dir(self.folder.path()).env("NO_COLOR", "1");
        command.env("DATABASE_URL", self.database.target().url_with_password());
        command.output().expect("the program starts")
    }

    /// Runs something that has to work.
    fn done(&self, args: &[&str]) {
        let output = self.run(args);
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The status of an item and what it rests on.
    fn item(&self, item: &str, args: &[&str]) -> (String, String) {
        let all = [&["check", "--to", "wanted.sql", "--fail-on", "never", "--format", "json"], args].concat();
        let output = self.run(&all);
        let answer: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        let list = answer["checklist"].as_array().expect("a list");
        assert_eq!(list.len(), 7);
        let found = list.iter().find(|each| each["item"] == item).expect("the item");
        let text = |field: &str| found[field].as_str().expect("text").to_owned();
        (text("status"), text("evidence"))
    }

    #[track_caller]
    fn expect(&self, item: &str, status: &str, args: &[&str]) {
        let (found, evidence) = self.item(item, args);
        assert_eq!(found, status, "{item}: {evidence}");
    }

    fn hash(&self) -> String {
        let text = std::fs::read_to_string(self.path("m/plan.json")).expect("the plan");
        let plan: Value = serde_json::from_str(&text).expect("JSON");
        plan["hash"].as_str().expect("a hash").to_owned()
    }

    fn approve(&self, hash: &str) {
        self.write("m/APPROVED.toml", &format!("hash = \"{hash}\"\nname = \"Ada\"\ndate = 2026-01-01\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reviewed() {
    let (project, item) = (Project::new(ADDS).await, "schema changes reviewed");
    project.expect(item, "unknown", &[]);
    project.done(&["plan", "--to", "wanted.sql", "-o", "m"]);
    project.expect(item, "unknown", &[]);
    project.approve(&project.hash());
    project.expect(item, "pass", &[]);
    project.approve("0000000000000000");
    project.expect(item, "fail", &[]);
}

#[tokio::test(flavor = "multi_thread")]
async fn categorised() {
    let (project, item) = (Project::new(ADDS).await, "risk categorised");
    project.expect(item, "pass", &[]);
    project.write("before.sql", BEFORE.split_once(';').expect("a statement").0);
    project.expect(item, "unknown", &["--from", "before.sql"]);
    // What was never measured has no category worth the name: a partition goes that is partitioned itself.
    let parts = "CREATE TABLE public.parts (id int, at date) PARTITION BY LIST (id);";
    let first =
        "CREATE TABLE public.first PARTITION OF public.parts FOR VALUES IN (1) PARTITION BY RANGE (at)";
    project.database.run(&format!("{parts} {first}")).await;
    project.write("wanted.sql", &format!("{ADDS} {parts}"));
    let (status, evidence) = project.item(item, &["--drop", "public.first"]);
    assert!(status == "fail" && evidence.contains("was not measured"), "{status}: {evidence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn backed_up() {
    let (project, item) = (Project::new(ADDS).await, "backup plan for production data");
    project.expect(item, "unknown", &[]);
    project.expect(item, "pass", &["--backup", "nightly, tried on Monday"]);
}

/// A server whose archiving of WAL fails has a gap in any backup.
#[tokio::test(flavor = "multi_thread")]
async fn backed_up_with_a_gap() {
    let settings = [("archive_mode", "on"), ("archive_command", "false"), ("wal_level", "replica")];
    let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    let options = shadow::ShadowOptions { settings, ..shadow::ShadowOptions::of(testkit::majors()[0]) };
    let server = shadow::Shadow::start(&options, &model::Silent).await.expect("a server");
    let database = server.create_database(None).await.expect("a database");
    let session = connect::connect(&database.target, "lockkeeper test").await.expect("a session");
    session.batch_execute(BEFORE).await.expect("it is made");
    session.batch_execute("SELECT pg_switch_wal()").await.expect("it switches");
    for _ in 0..300 {
        let failed = session.query_one("SELECT failed_count > 0 FROM pg_stat_archiver", &[]).await;
        if failed.expect("it answers").get(0) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    session.close().await;
    let project = Project::new(ADDS).await;
    let url = database.target.url_with_password();
    project.expect("backup plan for production data", "fail", &["--from", &url, "--backup", "nightly"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tested_first() {
    let (project, item) = (Project::new(ADDS).await, "tested on a local or staging database first");
    project.expect(item, "unknown", &[]);
    project.done(&["plan", "--to", "wanted.sql", "-o", "m"]);
    project.expect(item, "unknown", &[]);
    let rehearse = ["rehearse", "m", "--rows", "200", "--traffic", "10:20", "--baseline-ms", "200"];
    project.done(&rehearse);
    project.expect(item, "pass", &[]);
    // Evidence of a rehearsal that did not pass, with a hash of its own.
    let text = std::fs::read_to_string(project.path("m/rehearsal.json")).expect("the evidence");
    let evidence = text.split_once("\"evidence\": ").expect("evidence").1.trim_end().trim_end_matches('}');
    let failed = evidence.replacen("\"passed\": true", "\"passed\": false", 1);
    assert_ne!(failed, evidence);
    let compact = compact(&failed);
    let hash = model::Fingerprint::of_bytes(compact.as_bytes());
    project.write("m/rehearsal.json", &format!("{{\"hash\": \"{hash}\", \"evidence\": {compact}}}"));
    project.expect(item, "fail", &[]);
}

/// JSON without the blanks between its parts, its keys in the order they are in.
fn compact(text: &str) -> String {
    let (mut quoted, mut escaped) = (false, false);
    let mut out = String::new();
    for c in text.chars() {
        if quoted {
            quoted = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            out.push(c);
        } else if !c.is_whitespace() {
            quoted = c == '"';
            out.push(c);
        }
    }
    out
}

#[tokio::test(flavor = "multi_thread")]
async fn validators_match() {
    let (project, item) = (Project::new(ADDS).await, "validators (Zod) match");
    project.expect(item, "unknown", &[]);
    project.write("src/login.ts", UNKNOWN);
    project.expect(item, "unknown", &[]);
    project.write("src/derived.ts", DERIVED);
    project.expect(item, "pass", &[]);
    project.write("src/funds.ts", MISFIT);
    let (status, evidence) = project.item(item, &[]);
    assert!(status == "fail" && evidence.contains("src/funds.ts"), "{status}: {evidence}");
}

/// With the TypeScript and the drizzle-zod that the example project installs.
#[tokio::test(flavor = "multi_thread")]
async fn type_checked() {
    let (project, item) = (Project::new(ADDS).await, "type check passes");
    project.expect(item, "unknown", &[]);
    project.expect(item, "unknown", &["--type-check"]);
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/funds");
    let modules = testkit::packages(&example);
    std::os::unix::fs::symlink(modules, project.path("node_modules")).expect("a link");
    std::fs::copy(example.join("tsconfig.json"), project.path("tsconfig.json")).expect("a copy");
    project.write(
        "src/schema.ts",
        "import { integer, pgTable, text, varchar } from \"drizzle-orm/pg-core\";
export const funds = pgTable(\"funds\", {
  id: integer(\"id\").primaryKey(), name: varchar(\"name\", { length: 10 }).notNull(), note: text(\"note\"),
});\n",
    );
    project.write("src/derived.ts", DERIVED);
    project.expect(item, "pass", &["--type-check"]);
    project.write("src/wrong.ts", "import { funds } from \"./schema\";\nexport const gone = funds.gone;\n");
    let (status, evidence) = project.item(item, &["--type-check"]);
    assert!(status == "fail" && evidence.contains("src/wrong.ts"), "{status}: {evidence}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rollback_considered() {
    let (adds, item) = (Project::new(ADDS).await, "rollback considered");
    adds.expect(item, "pass", &[]);
    let drops = Project::new(DROPS).await;
    drops.expect(item, "fail", &[]);
    // Who may not read the rows does not know whether there is anything to lose.
    drops.database.run("CREATE ROLE lockkeeper_checklist_reader LOGIN").await;
    let url = drops.database.target().with_user("lockkeeper_checklist_reader", None).url_with_password();
    let unknown = drops.item(item, &["--from", &url]);
    drops.database.run("DROP ROLE lockkeeper_checklist_reader").await;
    assert_eq!(unknown.0, "unknown", "{}", unknown.1);
    drops.done(&["plan", "--to", "wanted.sql", "-o", "m"]);
    drops.expect(item, "pass", &[]);
}
