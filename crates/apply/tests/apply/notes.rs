//! What a person would be told while a run is at work.

use std::sync::Mutex;

/// Keeps what a person would be told.
#[derive(Default)]
pub struct Notes(Mutex<Vec<String>>);

impl Notes {
    pub fn all(&self) -> String {
        self.0.lock().unwrap().join("\n")
    }
}

impl model::Progress for Notes {
    fn begin(&self, _: &str, _: Option<u64>) {}
    fn reached(&self, _: u64) {}
    fn note(&self, text: &str) {
        self.0.lock().unwrap().push(text.to_owned());
    }
    fn end(&self, _: &str) {}
}
