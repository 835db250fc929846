//! Statements that have arrived and wait for a session.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;
use tokio::time::Instant;

use crate::{Kind, Workload};

/// The most statements that wait at once. A server that answers nothing for minutes would otherwise
/// fill the memory; what does not fit counts as failed.
const WAITING_MAX: usize = 100_000;

/// One statement that has arrived.
#[derive(Debug, Clone)]
pub(crate) struct Job {
    /// When it should have been sent.
    pub(crate) intended: Instant,
    /// Reads have sessions of their own, writes too.
    pub(crate) kind: Kind,
    /// Chooses the statement and its values.
    pub(crate) choice: u64,
    /// The application's statements at that time.
    pub(crate) workload: Arc<Workload>,
}

/// Statements of one kind, in the order they arrived.
#[derive(Debug)]
pub(crate) struct Queue {
    waiting: Mutex<VecDeque<Job>>,
    ready: Semaphore,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self { waiting: Mutex::default(), ready: Semaphore::new(0) }
    }

    /// Adds a statement; says whether there was room.
    pub(crate) fn push(&self, job: Job) -> bool {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= WAITING_MAX {
            return false;
        }
        waiting.push_back(job);
        self.ready.add_permits(1);
        true
    }

    /// The next statement; waits for one, and answers nothing once the queue is closed and empty.
    pub(crate) async fn pop(&self) -> Option<Job> {
        if let Ok(permit) = self.ready.acquire().await {
            permit.forget();
        }
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    /// No statement arrives any more.
    pub(crate) fn close(&self) {
        self.ready.close();
    }

    /// Takes out what nobody will send.
    pub(crate) fn abandon(&self) -> Vec<Job> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).drain(..).collect()
    }
}
