//! Where statements start and end.

fn split(text: &str) -> Vec<&str> {
    parse::split(text).into_iter().map(|span| span.of(text)).collect()
}

#[test]
fn quotes_and_comments_hide_semicolons() {
    for whole in [
        "SELECT ';'",
        "SELECT 'it''s; fine'",
        r"SELECT E'a\'; b'",
        "SELECT \"a;b\"\"c\"",
        "SELECT $$;$$",
        "SELECT $a$ ; $$ ; $b$ ; $a$",
        "SELECT 1 /* ; /* ; */ ; */ + 1",
        "SELECT 1 -- ;\n + 1",
        "SELECT a$b$ FROM c$b$",
        "CREATE RULE r AS ON INSERT TO a DO INSTEAD (DELETE FROM b; DELETE FROM c)",
        "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 1 END; END",
    ] {
        let text = format!("{whole};\nSELECT 2;");
        assert_eq!(split(&text), [whole, "SELECT 2"], "{whole}");
    }
}

#[test]
fn a_statement_is_what_was_written_from_its_first_token_to_its_last() {
    let text = "\u{feff}-- first\n/* second */ SELECT 1 -- third\n  ;;\n  ;SELECT 2 /* end */ ";
    assert_eq!(split(text), ["SELECT 1", "SELECT 2"]);
    let script = parse::parse(text);
    assert_eq!(script.statements[0].position.line, 2);
    assert_eq!(script.statements[0].position.column, 14);
    assert_eq!(script.comments.len(), 4);
}

#[test]
fn psql_is_noticed() {
    let text = "\\set a 1\nSELECT 1 \\gset\nCOPY t (a) FROM stdin;\n1;2\n\\.\nSELECT 2;";
    assert_eq!(split(text), ["SELECT 1", "COPY t (a) FROM stdin", "SELECT 2"]);
    assert_eq!(parse::parse(text).meta_commands.len(), 2);
}

#[test]
fn drizzle_s_marker_ends_a_statement() {
    assert_eq!(split("SELECT 1\n--> statement-breakpoint\nSELECT 2"), ["SELECT 1", "SELECT 2"]);
}

#[test]
fn an_open_parenthesis_or_quote_costs_one_statement() {
    assert_eq!(split("CREATE TABLE a (b int;\nSELECT 2;"), ["CREATE TABLE a (b int", "SELECT 2"]);
    let script = parse::parse("SELECT 'open;\nSELECT 2;\n");
    assert_eq!(script.statements.len(), 2);
    assert_eq!(script.statements[0].errors[0].message, "a string is not closed");
    assert!(script.statements[1].errors.is_empty());
}

#[test]
fn errors_have_places_and_reading_goes_on() {
    let script = parse::parse("SELECT 1;\nALTER TABLE a ADD b int,;\nDROP TABLE c;");
    let broken: Vec<usize> = (0..3).filter(|at| !script.statements[*at].errors.is_empty()).collect();
    assert_eq!(broken, [1]);
    let position = script.statements[1].errors[0].position;
    assert_eq!((position.line, position.column), (2, 24));
}

#[test]
fn nesting_without_bound_is_refused_not_followed() {
    for deep in [
        format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("SELECT 1{}", " + 1".repeat(20_000)),
        format!("DO $$ BEGIN {} $$", "IF a THEN ".repeat(5_000)),
        format!("CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT {} $$", "(".repeat(5_000)),
    ] {
        let script = parse::parse(&deep);
        assert_eq!(script.statements[0].errors[0].message, "nested too deeply to be read");
    }
}
