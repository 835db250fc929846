//! Objects that lockkeeper.toml leaves alone.

use crate::project::{Project, code, said, text};

#[tokio::test]
async fn what_the_settings_ignore_is_neither_dropped_nor_changed() {
    let database = testkit::database(15).await;
    database
        .run(
            "CREATE TABLE public.funds (id int PRIMARY KEY, old_code text);
             CREATE INDEX by_hand ON public.funds (old_code);
             CREATE TABLE public.legacy_rates (id int);
             CREATE TYPE public.legacy_kind AS ENUM ('a'); CREATE SCHEMA audit;
             CREATE TABLE audit.log (id int); CREATE FUNCTION audit.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        )
        .await;
    let url = database.target().url_with_password();
    let project = Project::new();
    let wanted = project.write(
        "wanted.sql",
        "CREATE TABLE funds (id int PRIMARY KEY, name text); CREATE TABLE legacy_rates (id bigint);",
    );
    let args = ["diff", "--from", &url, "--to", text(&wanted)];
    let dropped = |answer: &serde_json::Value| {
        let changes = answer["changes"].as_array().expect("changes");
        changes
            .iter()
            .map(|change| change["object"].as_str().expect("an object").to_owned())
            .collect::<Vec<_>>()
    };
    assert!(dropped(&project.json(&args)).len() >= 6, "without settings all of it is a change");
    let patterns = r#"ignore = ["public.legacy_*", "audit.*", "public.funds.old_*", "public.funds.by_hand"]"#;
    project.write("lockkeeper.toml", patterns);
    assert_eq!(dropped(&project.json(&args)), ["public.funds.name"]);
    project.write("lockkeeper.toml", r#"ignore = ["public.["]"#);
    let refused = project.run(&args);
    assert!(code(&refused) == 2 && said(&refused).contains("is no pattern"), "{}", said(&refused));
}
