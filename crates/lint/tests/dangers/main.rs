//! What rules call dangerous is: a server shows it of every bad example, and no more of what a fix makes
//! of it. `LOCKKEEPER_TEST_MAJORS` chooses the servers.

#![allow(clippy::unwrap_used, reason = "a test says what it expects by failing")]

mod shown;

use facts::report::Report;
use lint::{Danger, Example, LintConfig, Options, Rule, Runner, SourceFile, fix, rules};
use model::Silent;
use populate::Rows;
use shadow::{Database, Shadow, ShadowOptions};
use trace::On;

const WORLD: &str = include_str!("world.sql");

/// A server with the world that examples take to be there.
struct Server {
    shadow: Shadow,
    world: Database,
    major: u32,
}

impl Server {
    async fn start(major: u32) -> Self {
        let mut settings = trace::shadow_settings();
        if major >= 15 {
            settings.push(("allow_in_place_tablespaces".to_owned(), "on".to_owned()));
        }
        let options = ShadowOptions { settings, ..ShadowOptions::of(major) };
        let shadow = Shadow::start(&options, &Silent).await.unwrap();
        let world = shadow.create_database(None).await.unwrap();
        run(&world, WORLD).await;
        if major >= 15 {
            run(&world, "CREATE TABLESPACE fast LOCATION ''").await;
        }
        Self { shadow, world, major }
    }

    /// A database as an example takes it to be: what it says was there before, with rows, or the world.
    async fn before(&self, example: &Example) -> Database {
        if example.before.is_empty() {
            return self.shadow.create_database(Some(self.world.name.as_str())).await.unwrap();
        }
        let database = self.shadow.create_database(None).await.unwrap();
        run(&database, example.before).await;
        if example.before.contains("INSERT") {
            return database;
        }
        let session = connect::connect(&database.target, "lockkeeper test").await.unwrap();
        let schema = read::live::read(&session).await.unwrap();
        populate::populate(&session, &schema, &Rows::each(60), 1, &Silent).await.unwrap();
        session.close().await;
        database
    }

    /// What an example's statements do.
    async fn trace(&self, example: &Example, sql: &str) -> (Report, Database) {
        let database = self.before(example).await;
        let text = match Runner::detect("example.sql", sql) {
            Runner::Drizzle => format!("BEGIN;\n{sql}\nCOMMIT;"),
            _ => sql.to_owned(),
        };
        let files = [("example.sql".to_owned(), text)];
        (trace::run(&files, On::Throwaway(&database.target)).await.unwrap(), database)
    }

    /// Why an example does not show the danger; none where it does.
    async fn hides(&self, rule: &Rule, at: usize, example: &Example, sql: &str) -> Option<String> {
        let (danger, sql) = match rule.danger {
            Danger::Afterwards(after, danger) => (*danger, format!("{sql}\n{after};")),
            danger => (danger, sql.to_owned()),
        };
        if let Danger::Breaks(queries) = danger {
            return self.breaks(queries[at], example, &sql).await;
        }
        let (report, database) = self.trace(example, &sql).await;
        self.shadow.drop_database(&database).await.unwrap();
        let told = serde_json::to_string(&report.statements).unwrap();
        (!shown::shows(danger, &report)).then(|| format!("{}: {danger:?} in {sql}\n  {told}", rule.name))
    }

    async fn breaks(&self, query: &str, example: &Example, sql: &str) -> Option<String> {
        let works = async |database: &Database| {
            let session = connect::connect(&database.target, "lockkeeper test").await.unwrap();
            session.batch_execute("SET search_path = public").await.unwrap();
            let works = session.batch_execute(query).await.is_ok();
            session.close().await;
            works
        };
        let untouched = self.before(example).await;
        let (report, database) = self.trace(example, sql).await;
        let (before, after) = (works(&untouched).await, works(&database).await);
        for database in [untouched, database] {
            self.shadow.drop_database(&database).await.unwrap();
        }
        let error = report.statements.iter().find_map(|it| it.error.clone());
        (!before || after || error.is_some())
            .then(|| format!("{query}: works before: {before}, after {sql}: {after}, {error:?}"))
    }

    /// Why what a fix makes of an example is not better; none where it is, or there is no fix.
    async fn not_mended(&self, rule: &Rule, example: &Example) -> Option<String> {
        let config = LintConfig::default();
        let options = Options { pg_version: self.major, ..Options::new(&config) };
        let before = SourceFile::new("before.sql", example.before).applied();
        let fixed = fix(&[before, SourceFile::new("example.sql", example.sql)], &options);
        let unshowable = matches!(rule.danger, Danger::Exempt(_) | Danger::Breaks(_));
        if fixed.count == 0 || unshowable || rule.name == "missing-lock-timeout" {
            return None;
        }
        let danger = match rule.danger {
            Danger::Afterwards(_, danger) => *danger,
            danger => danger,
        };
        let text = &fixed.files[1].text;
        let (report, database) = self.trace(example, text).await;
        self.shadow.drop_database(&database).await.unwrap();
        let failed = report.statements.iter().find_map(|it| it.error.as_ref());
        let still = shown::shows(danger, &report);
        (still || failed.is_some()).then(|| format!("{} fixed: {failed:?} {text}", rule.name))
    }
}

async fn run(database: &Database, sql: &str) {
    let session = connect::connect(&database.target, "lockkeeper test").await.unwrap();
    session.batch_execute("SET search_path = public").await.unwrap();
    for statement in parse::parse(sql).statements {
        session
            .batch_execute(statement.sql)
            .await
            .unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
    }
    session.close().await;
}

/// What major a bad example needs, where not all can run it.
fn runs_on(major: u32, sql: &str) -> bool {
    (major >= 17 || !sql.contains("SET EXPRESSION")) && (major >= 15 || !sql.contains("TABLESPACE"))
}

/// What is wrong about the examples on servers of one major.
async fn wrong_on(major: u32) -> Vec<String> {
    let mut wrong = Vec::new();
    let server = Server::start(major).await;
    let (mut shown, mut exempt) = (0, 0);
    for rule in rules() {
        if let Danger::Exempt(reason) = rule.danger {
            assert!(reason.len() > 10 || rule.advice, "{} gives no reason", rule.name);
            exempt += 1;
            continue;
        }
        assert_ne!(rule.danger, Danger::Unstated, "{}", rule.name);
        for (at, example) in rule.bad.iter().enumerate().filter(|(_, it)| runs_on(major, it.sql)) {
            let hidden = server.hides(rule, at, example, example.sql).await;
            shown += usize::from(hidden.is_none());
            let not_mended = server.not_mended(rule, example).await;
            wrong.extend([hidden, not_mended].into_iter().flatten().map(|it| format!("{major}: {it}")));
        }
    }
    println!("PostgreSQL {major}: {shown} examples shown, {exempt} rules exempt");
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_bad_example_is_as_dangerous_as_its_rule_says() {
    // The majors side by side: one server waits while another works.
    let runs: Vec<_> = testkit::majors().into_iter().map(|major| tokio::spawn(wrong_on(major))).collect();
    let mut wrong = Vec::new();
    for run in runs {
        wrong.extend(run.await.unwrap());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
