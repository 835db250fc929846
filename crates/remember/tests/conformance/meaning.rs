//! Meaning: found in other words, never mixed between models, and said where it is missing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;

use model::{Fault, Silent};
use remember::{Embedded, Embedder, Endpoint, Memory, Mode, StaticTable};

use crate::place::Place;

const LATE: &str =
    r#"{"type":"safety-pattern","text":"the lock was not to be had in time because of a long report"}"#;
const FULL: &str = r#"{"type":"safety-pattern","text":"the disk was full while the index was built"}"#;
const QUESTION: &str = "a slow reporting query kept our statement waiting";

fn tell(memory: &Memory) {
    for record in [LATE, FULL] {
        memory.add(&mut record.as_bytes()).unwrap();
    }
}

/// Whether the store of this run can compare meaning at all.
fn compares_meaning(place: &Place) -> bool {
    !place.is_postgres() || std::env::var_os("LOCKKEEPER_TEST_HAS_PGVECTOR").is_some()
}

/// The compiled-in table under another name.
struct Renamed(&'static str);

impl Embedder for Renamed {
    fn model(&self) -> &str {
        self.0
    }

    fn is_local(&self) -> bool {
        true
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, Fault> {
        // Another space: what lies here says nothing of what lies there.
        let vectors = StaticTable.embed(texts)?;
        Ok(vectors
            .into_iter()
            .map(|vector| vector.map(|vector| vector.into_iter().rev().collect()))
            .collect())
    }
}

pub(crate) fn finds_the_same_in_other_words(place: &Place) {
    let memory = place.memory("a");
    tell(&memory);
    let found = memory.search(&format!("type:safety-pattern {QUESTION}"), 2).unwrap();
    if compares_meaning(place) {
        assert_eq!((found.mode, found.notes.len()), (Mode::WordsAndMeaning, 0));
        assert!(found.results[0].text.contains("long report"), "{found:#?}");
    } else {
        assert_eq!(found.mode, Mode::Words);
        assert!(found.notes[0].contains("install pgvector 0.8 or newer"), "{:?}", found.notes);
    }
    let by_words = place.memory_with("a", None).search("disk full", 5).unwrap();
    assert_eq!((by_words.mode, by_words.results.len()), (Mode::Words, 1));
}

pub(crate) fn a_change_of_model_embeds_again_and_never_mixes(place: &Place) {
    tell(&place.memory("a"));
    let memory = place.memory_with("a", Some(Arc::new(Renamed("other"))));
    let before = memory.search(QUESTION, 5).unwrap();
    if compares_meaning(place) {
        assert!(
            before
                .notes
                .iter()
                .any(|note| note.starts_with("found by words only") && note.ends_with("yet: 2")),
            "{before:?}"
        );
        assert!(
            before
                .results
                .iter()
                .flat_map(|result| &result.why)
                .all(|why| !why.contains("means something alike"))
        );
    }
    assert_eq!(memory.embed_pending(u64::MAX, &Silent).unwrap(), Embedded { done: 2, left: 0 });
    assert_eq!(memory.embed_pending(u64::MAX, &Silent).unwrap(), Embedded { done: 0, left: 0 });
    let after = memory.search(&format!("type:safety-pattern {QUESTION}"), 2).unwrap();
    if compares_meaning(place) {
        assert!(after.notes.is_empty() && after.results[0].text.contains("long report"), "{after:#?}");
    }
}

/// Beyond a size an index finds candidates, and a tenant or a field that few have loses none of its answers.
pub(crate) fn an_index_of_vectors_loses_nothing_behind_a_filter(place: &Place) {
    let tell_many = |memory: &Memory, table: &str, count: usize| {
        let record = |at: usize| {
            format!(
                "{{\"type\":\"safety-pattern\",\"table\":\"{table}\",\"text\":\"number {at}: the lock was not to be had because of a long report\"}}\n"
            )
        };
        memory.add(&mut (0..count).map(record).collect::<String>().as_bytes()).unwrap();
    };
    let (many, few) = (place.memory("many"), place.memory("few"));
    tell_many(&many, "funds", 400);
    tell_many(&many, "orders", 6);
    tell_many(&few, "funds", 6);
    let ask = |memory: &Memory, question: &str| {
        let found = memory.search(question, 5).unwrap();
        assert_eq!(found.relaxed.len(), 0);
        found.results.into_iter().map(|result| result.text).collect::<Vec<_>>()
    };
    let everything = || {
        [
            ask(&few, &format!("type:safety-pattern {QUESTION}")),
            ask(&many, &format!("table:orders {QUESTION}")),
        ]
    };
    let before = everything();
    assert_eq!(many.index_vectors(100).unwrap(), place.is_postgres() && compares_meaning(place));
    assert!(!few.index_vectors(100).unwrap());
    if compares_meaning(place) {
        assert!(before.iter().all(|answers| answers.len() == 5), "{before:?}");
    }
    assert_eq!(everything(), before);
}

/// Answers one request for embeddings with this status and body; hands back what was asked.
fn serve(status: &'static str, body: String) -> (String, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let served = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(&stream);
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            head.push_str(&line);
            if line == "\r\n" {
                break;
            }
        }
        let mut sent = vec![0; length];
        reader.read_exact(&mut sent).unwrap();
        let size = body.len();
        write!(&stream, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {size}\r\nConnection: close\r\n\r\n{body}").unwrap();
        head + &String::from_utf8(sent).unwrap()
    });
    (url, served)
}

#[test]
fn an_endpoint_is_asked_as_openai_is() {
    let body = r#"{"data":[{"index":1,"embedding":[0,1]},{"index":0,"embedding":[1,0]}]}"#;
    let (url, served) = serve("200 OK", body.to_owned());
    let vectors = Endpoint::new(&url, "tiny", Some("k3y".to_owned())).embed(&["one", "two"]).unwrap();
    assert_eq!(vectors, [Some(vec![1.0, 0.0]), Some(vec![0.0, 1.0])]);
    let asked = served.join().unwrap();
    assert!(asked.starts_with("POST /v1/embeddings HTTP/1.1\r\n"), "{asked}");
    assert!(asked.to_lowercase().contains("authorization: bearer k3y"), "{asked}");
    let body: serde_json::Value = serde_json::from_str(asked.split_once("\r\n\r\n").unwrap().1).unwrap();
    assert_eq!(body, serde_json::json!({ "model": "tiny", "input": ["one", "two"] }));
}

#[test]
fn an_endpoint_that_fails_leaves_words_and_says_so() {
    let place = crate::place::sqlite();
    tell(&place.memory("a"));
    for (status, body) in [
        ("500 Internal Server Error", "{}"),
        ("401 Unauthorized", "{\"error\":\"Incorrect API key provided: k3y\"}"),
        ("307 Temporary Redirect", "k3y"),
        ("200 OK", "{\"data\":[]}"),
        ("200 OK", "{\"data\":[{\"index\":7,\"embedding\":[1,0]}]}"),
        ("200 OK", "{\"data\":[{\"index\":0,\"embedding\":[]}]}"),
        ("200 OK", "{\"data\":[{\"index\":0,\"embedding\":[0,0,0]}]}"),
        ("200 OK", "{\"data\":[{\"index\":0,\"embedding\":[\"k3y\"]}]}"),
        ("200 OK", "no json, but k3y"),
    ] {
        let (url, served) = serve(status, body.to_owned());
        let endpoint = Endpoint::new(&url, "tiny", Some("k3y".to_owned()));
        assert!(!format!("{endpoint:?}").contains("k3y"));
        let found = place.memory_with("a", Some(Arc::new(endpoint))).search("disk full", 5).unwrap();
        served.join().unwrap();
        assert_eq!((found.mode, found.results.len()), (Mode::Words, 1), "{status} {body}");
        assert!(
            found.notes[0].starts_with("by words only, because no vector was to be had"),
            "{:?}",
            found.notes
        );
        assert!(!serde_json::to_string(&found).unwrap().contains("k3y"), "{found:?}");
    }
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{closed}/v1");
    let nobody = Endpoint::new(&url, "tiny", Some("k3y".to_owned()));
    let found = place.memory_with("a", Some(Arc::new(nobody))).search("disk full", 5).unwrap();
    assert_eq!((found.mode, found.results.len()), (Mode::Words, 1));
    assert!(found.notes[0].starts_with("by words only") && !found.notes[0].contains("k3y"), "{found:?}");
}
