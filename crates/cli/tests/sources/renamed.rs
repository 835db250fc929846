//! Drops and adds that look alike: said, asked on a terminal, told in settings; never guessed.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::project::{Project, code, said, text};

const BEFORE: &str = "CREATE TABLE funds (id int PRIMARY KEY, vintage int, name text);";
const WANTED: &str = "CREATE TABLE funds (id int PRIMARY KEY, vintage_year int, name text);";

fn project() -> (Project, [String; 5]) {
    let project = Project::new();
    let (before, wanted) = (project.write("before.sql", BEFORE), project.write("wanted.sql", WANTED));
    let args = ["diff", "--from", text(&before), "--to", text(&wanted)].map(str::to_owned);
    (project, args)
}

fn refs(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn without_a_terminal_candidates_are_listed_with_reasons() {
    let (project, mut args) = project();
    for command in ["diff", "check"] {
        args[0] = command.to_owned();
        let output = project.run(&refs(&args));
        assert_eq!(code(&output), 1, "{}", said(&output));
        let said = said(&output);
        assert!(said.contains("--rename public.funds.vintage=vintage_year"), "{said}");
        let answer = project.json(&refs(&args));
        assert_eq!(answer["ambiguities"][0]["reasons"][0], "both are integer");
    }
    let told = project.run(&[refs(&args), vec!["--rename", "public.funds.vintage=vintage_year"]].concat());
    assert!(!said(&told).contains("ALTER TABLE public.funds DROP"), "{}", said(&told));
    project.write("lockkeeper.toml", "renames = [\"public.funds.vintage=vintage_year\"]");
    args[0] = "diff".to_owned();
    let told = project.run(&refs(&args));
    let expected = "RENAME COLUMN vintage TO vintage_year";
    assert!(code(&told) == 0 && said(&told).contains(expected), "{}", said(&told));
}

/// Runs the program in a terminal of its own, which util-linux's `script` makes, and types an answer.
fn in_terminal(project: &Project, args: &[String], typed: &str) -> String {
    let program = [&[env!("CARGO_BIN_EXE_lockkeeper").to_owned()], args].concat().join(" ");
    let mut script = Command::new("script");
    script.args(["-qec", &program, "/dev/null"]).current_dir(project.path(""));
    script.env("NO_COLOR", "1").env_remove("DATABASE_URL");
    let mut running =
        script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("script of util-linux");
    let mut input = running.stdin.take().expect("a pipe");
    input.write_all(typed.as_bytes()).expect("it reads");
    let output = running.wait_with_output().expect("it ends");
    drop(input);
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn on_a_terminal_a_person_is_asked() {
    if Command::new("script").arg("--version").output().is_err() {
        return testkit::skip("script, which makes a terminal, is not installed");
    }
    let (project, args) = project();
    let said = in_terminal(&project, &args, "1\n");
    assert!(said.contains("renamed to public.funds.vintage_year (both are integer)"), "{said}");
    assert!(said.contains("RENAME COLUMN vintage TO vintage_year"), "{said}");
    let said = in_terminal(&project, &args, "d\n");
    assert!(said.contains("DROP COLUMN vintage") && !said.contains("-- is "), "{said}");
    let said = in_terminal(&project, &args, "q\n");
    assert!(said.contains("-- is public.funds.vintage renamed"), "{said}");
}
