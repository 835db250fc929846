//! What a reading may use, and what it is told.

use std::collections::BTreeMap;

/// Bounds of a reading, and answers to what the sandbox cannot know.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most memory the project's code may take, in bytes.
    pub memory_bytes: usize,
    /// The longest one evaluation may take, in milliseconds. A reading makes one for the configuration and one for
    /// the schema, and another of each where something had to be answered that is not known.
    pub time_ms: u64,
    /// Answers to `process.env`; `None` says that a variable is not set. Any other variable is answered with a
    /// placeholder, and it is an error if that changes the schema.
    pub environment: BTreeMap<String, Option<String>>,
}

impl Default for Options {
    /// 256 MiB, 20 s an evaluation, nothing known of the environment.
    fn default() -> Self {
        Self { memory_bytes: 256 << 20, time_ms: 20_000, environment: BTreeMap::new() }
    }
}
