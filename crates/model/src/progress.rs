//! How long work tells that it goes on, without knowing of terminals.

/// Hears of the progress of long work. The command line draws it; tests and JSON runs stay silent.
pub trait Progress: Send + Sync {
    /// A task begins; `total` is its size in its own unit (rows, bytes, steps) where known.
    fn begin(&self, task: &str, total: Option<u64>);
    /// So much of the current task's total is done.
    fn reached(&self, done: u64);
    /// Something worth a line happened within the current task.
    fn note(&self, text: &str);
    /// The current task ended; `result` is a short line such as `500,000 rows in 2.1 s`.
    fn end(&self, result: &str);
}

/// Progress that nobody hears.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _task: &str, _total: Option<u64>) {}
    fn reached(&self, _done: u64) {}
    fn note(&self, _text: &str) {}
    fn end(&self, _result: &str) {}
}
