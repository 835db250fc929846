//! Vectors that are still to be made: after a change of the model, and with one that is not at hand
//! while receipts are written.

use std::thread::{self, JoinHandle};

use model::{Fault, Progress};
use serde::Serialize;

use crate::meaning::Packed;
use crate::search::Asked;
use crate::{Memory, Options};

/// The texts of one batch; what a batch made is kept, whatever happens to the next.
const BATCH: u32 = 64;

/// The vectors from which on an index finds faster than a comparison with all of them.
pub const INDEXED_FROM: u64 = 20_000;

/// What an embedding run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Embedded {
    /// Documents that now have their vector.
    pub done: u64,
    /// Documents that still wait for theirs.
    pub left: u64,
}

impl Memory {
    /// Makes the vectors that are missing, at most about so many; the newest documents first. It may be
    /// stopped at any time and goes on where it was.
    ///
    /// # Errors
    /// When the store or the embedder cannot be reached. What was made until then is kept.
    pub fn embed_pending(&self, at_most: u64, progress: &dyn Progress) -> Result<Embedded, Fault> {
        let Some(embedder) = self.embedder() else { return Ok(Embedded { done: 0, left: 0 }) };
        let model = embedder.model();
        let mut done = 0;
        progress.begin("making vectors", None);
        let left = loop {
            let pending = self.with_store(|store| store.without_vector(self.tenant(), model, BATCH))?;
            if pending.documents.is_empty() || done >= at_most {
                break pending.total;
            }
            let texts: Vec<&str> = pending.documents.iter().map(|(_, text)| text.as_str()).collect();
            let made = embedder
                .embed(&texts)?
                .into_iter()
                .map(|vector| vector.and_then(|vector| Packed::new(&vector)));
            let keys = pending.documents.iter().map(|(key, _)| key.clone());
            let vectors: Vec<_> = keys.zip(made).collect();
            self.with_store(|store| store.put_vectors(self.tenant(), model, &vectors))?;
            done += vectors.len() as u64;
            progress.reached(done);
        };
        progress.end(&format!("{done} vectors by {model}, {left} left"));
        Ok(Embedded { done, left })
    }

    /// Indexes vectors where there are at least so many of them; answers whether they are indexed. Below
    /// [`INDEXED_FROM`] comparing all of them is faster. SQLite needs no index.
    ///
    /// # Errors
    /// When the index cannot be made.
    pub fn index_vectors(&self, from: u64) -> Result<bool, Fault> {
        let Some(embedder) = self.embedder() else { return Ok(false) };
        self.with_store(|store| store.index_vectors(self.tenant(), embedder.model(), from))
    }

    /// Makes all vectors that are missing, on a thread and a connection of its own.
    ///
    /// # Errors
    /// When no thread can be started. The thread's own answer is that of
    /// [`embed_pending`](Self::embed_pending).
    pub fn embed_in_background(options: &Options) -> Result<JoinHandle<Result<Embedded, Fault>>, Fault> {
        let options = options.clone();
        thread::Builder::new()
            .name("lockkeeper-embedding".to_owned())
            .spawn(move || Self::open(&options)?.embed_pending(u64::MAX, &model::Silent))
            .map_err(|error| Fault::new("memory.thread", "no thread can be started").cause(error))
    }

    /// Says how many documents a question by meaning cannot find yet.
    pub(crate) fn pending_note(&self, asked: &Asked<'_>) -> Result<Option<String>, Fault> {
        let (Some(model), true) = (asked.model, asked.vector.is_some()) else { return Ok(None) };
        let pending = self.with_store(|store| store.without_vector(self.tenant(), model, 0))?;
        let note = |left| format!("found by words only, because they have no vector of {model} yet: {left}");
        Ok((pending.total > 0).then(|| note(pending.total)))
    }
}
