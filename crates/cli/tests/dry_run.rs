//! A dry run says what is sent: the server itself writes down every message with a change of its schema.

use std::process::{Command, Output};

const BEFORE: &str = "CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, old text);
    INSERT INTO public.funds (name) SELECT 'fund ' || i FROM generate_series(1, 500) i; ANALYZE public.funds";
const WANTED: &str =
    "CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
    vintage integer NOT NULL DEFAULT 2020 CHECK (vintage > 1999)); CREATE INDEX funds_name ON funds (name);";

/// Not in the journal's schema: the guard would not see it there, but the journal is not there yet either.
const LISTENER: &str =
    "CREATE SCHEMA heard; CREATE TABLE heard.messages (at bigserial, command text, message text);
    CREATE FUNCTION heard.listen() RETURNS event_trigger LANGUAGE plpgsql AS
        $$BEGIN INSERT INTO heard.messages (command, message) VALUES (tg_tag, current_query()); END$$;
    CREATE EVENT TRIGGER listen ON ddl_command_start EXECUTE FUNCTION heard.listen()";

fn run(folder: &std::path::Path, url: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockkeeper"));
    command.args(args).current_dir(folder).env("NO_COLOR", "1").env("DATABASE_URL", url);
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{args:?}: {said}");
    output
}

/// A statement without what does not matter in it.
fn plain(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").trim_matches([';', ' ']).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_says_every_message_that_changes_the_schema() {
    for major in testkit::majors() {
        let database = testkit::database(major).await;
        database.run(BEFORE).await;
        database.run(LISTENER).await;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("before.sql"), BEFORE).expect("a file");
        std::fs::write(folder.path().join("wanted.sql"), format!("{WANTED}\n{LISTENER}")).expect("a file");
        let url = database.target().url_with_password();
        run(folder.path(), &url, &["plan", "--to", "wanted.sql", "-o", "m"]);
        let apply = ["apply", "m", "--until", "contract"];
        let dry = run(folder.path(), &url, &[&apply[..], &["--dry-run", "--format", "json"]].concat());
        let none = "SELECT count(*) FROM heard.messages";
        assert_eq!(database.ask(none).await.as_deref(), Some("0"), "a dry run sends nothing");
        let dry: serde_json::Value = serde_json::from_slice(&dry.stdout).expect("JSON");
        run(folder.path(), &url, &apply);

        let heard = "SELECT json_agg(message ORDER BY at) FROM heard.messages WHERE message !~ 'CREATE SCHEMA IF NOT EXISTS lockkeeper'";
        let heard = database.ask(heard).await.expect("messages were heard");
        let mut heard: Vec<String> = serde_json::from_str(&heard).expect("JSON");
        heard = heard.iter().map(|message| plain(message)).collect();
        heard.dedup();
        let sends = dry["script"]
            .as_array()
            .expect("steps")
            .iter()
            .flat_map(|step| step["sends"].as_array().expect("sends"));
        let sends: Vec<&str> = sends.map(|send| send.as_str().expect("SQL")).collect();
        assert!(sends.len() >= 4 && heard.len() >= 4, "{sends:?} {heard:?}");
        for message in &heard {
            let is_said =
                |send: &&&str| send.split("\n;").all(|statement| message.contains(&plain(statement)));
            assert!(
                sends.iter().any(|send| is_said(&send)),
                "{major}: the dry run did not say {message}\nbut {sends:#?}"
            );
        }
    }
}
