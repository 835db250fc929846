//! `lockkeeper memory` as a user meets it.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const LESSONS: &str = r#"{"type":"safety-pattern","operation":"CREATE_INDEX","table":"funds","text":"the disk was full while the index was built"}
{"type":"safety-pattern","operation":"ADD_COLUMN","table":"orders","text":"the lock was not to be had in time because of a long report"}"#;

fn run(folder: &Path, input: &str, args: &[&str]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_lockkeeper"))
        .arg("memory")
        .args(args)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("LOCKKEEPER_TEST_KEY", "k3y")
        .env_remove("DATABASE_URL")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("the program ends")
}

fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}{}", String::from_utf8_lossy(&output.stdout), stderr(output)))
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    assert!(run(folder.path(), LESSONS, &["add"]).status.success());
    folder
}

#[test]
fn forget_removes_what_was_named_and_nothing_without_a_name() {
    let folder = project();
    let forget = |args: &[&str]| run(folder.path(), "", &[&["forget", "--format", "json"], args].concat());
    let entries = || json(&run(folder.path(), "", &["list", "--format", "json"]))["entries"].clone();

    for refused in [&[][..], &["--table", "funds", "--run", "r"], &["--tenant", "somebody"]] {
        let output = forget(refused);
        assert_eq!(output.status.code(), Some(2), "{refused:?}: {}", stderr(&output));
    }
    let would = json(&forget(&["--table", "funds", "--dry-run"]));
    assert_eq!(
        (&would["entries"], &would["kinds"]["lesson"], &would["dry_run"]),
        (&1.into(), &1.into(), &true.into())
    );
    assert_eq!(entries().as_array().map(Vec::len), Some(2));
    let did = json(&forget(&["--table", "funds"]));
    assert_eq!((&did["entries"], &did["dry_run"]), (&1.into(), &false.into()));
    let kept = entries();
    assert_eq!((kept.as_array().map(Vec::len), &kept[0]["table"]), (Some(1), &"orders".into()));
    assert!(forget(&["--tenant", "agent:db-migration"]).status.success());
    assert_eq!(entries().as_array().map(Vec::len), Some(0));
    for file in std::fs::read_dir(folder.path().join(".lockkeeper")).expect("the memory's folder") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("a file of the memory");
        for gone in ["disk was full", "long report"] {
            assert!(!bytes.windows(gone.len()).any(|window| window == gone.as_bytes()), "{gone}");
        }
    }
}

/// Fails every request, and hands back the first.
fn failing_endpoint() -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/v1", listener.local_addr().expect("it is bound"));
    let served = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a request");
        let mut asked = [0; 4096];
        let read = stream.read(&mut asked).expect("a request");
        stream
            .write_all(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .expect("it listens");
        String::from_utf8_lossy(&asked[..read]).into_owned()
    });
    (url, served)
}

#[test]
fn an_endpoint_of_the_settings_is_asked_and_its_failure_leaves_words() {
    let folder = project();
    let (url, served) = failing_endpoint();
    let settings = format!(
        "[memory.embedding]\nprovider = \"openai\"\nurl = \"{url}\"\nmodel = \"tiny\"\nkey_env = \"LOCKKEEPER_TEST_KEY\"\n"
    );
    std::fs::write(folder.path().join("lockkeeper.toml"), settings).expect("the test's own folder");
    let output = run(folder.path(), "", &["search", "disk full", "--format", "json"]);
    let found = json(&output);
    assert_eq!((&found["mode"], found["results"].as_array().map(Vec::len)), (&"words".into(), Some(1)));
    let note = found["notes"][0].as_str().expect("a note");
    assert!(note.starts_with("by words only, because no vector was to be had"), "{note}");
    let asked = served.join().expect("it was asked");
    assert!(
        asked.starts_with("POST /v1/embeddings") && asked.to_lowercase().contains("bearer k3y"),
        "{asked}"
    );
    assert!(!format!("{found}{}", stderr(&output)).contains("k3y"));
}

#[test]
fn settings_of_the_embedder_are_checked() {
    for (settings, said) in [
        ("provider = \"openai\"", "names no url"),
        (
            "provider = \"openai\"\nurl = \"http://localhost:1/v1\"\nmodel = \"m\"\nkey_env = \"LOCKKEEPER_NOT_SET\"",
            "holds no LOCKKEEPER_NOT_SET",
        ),
        ("provider = \"magic\"", "expected one of `built-in`"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let text = format!("[memory.embedding]\n{settings}\n");
        std::fs::write(folder.path().join("lockkeeper.toml"), text).expect("the test's own folder");
        let output = run(folder.path(), "", &["search", "disk"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(said), "{}", stderr(&output));
    }
    let folder = project();
    std::fs::write(folder.path().join("lockkeeper.toml"), "[memory.embedding]\nprovider = \"none\"\n")
        .expect("the test's own folder");
    let found = json(&run(folder.path(), "", &["search", "a slow reporting query", "--format", "json"]));
    assert_eq!(found["mode"], "words");
}
