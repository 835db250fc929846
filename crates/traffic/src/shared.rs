//! What the sessions of a traffic and its owner share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use model::Name;
use tokio::time::Instant;

use crate::keys::Numbers;
use crate::line::Outcome;
use crate::queue::Queue;
use crate::recorder::{Felt, Window};
use crate::{Acknowledged, Books, Does, Kind, Statement, TrafficReport, Workload};

/// Shared by all sessions and the owner.
#[derive(Debug)]
pub(crate) struct Shared {
    state: Mutex<State>,
    workload: Mutex<Arc<Workload>>,
    pub(crate) numbers: Numbers,
    reads: Queue,
    writes: Queue,
}

/// What changes with every statement.
#[derive(Debug)]
pub(crate) struct State {
    /// When the first statement could arrive.
    pub(crate) began: Option<Instant>,
    /// When the last one did.
    pub(crate) ended: Option<Instant>,
    pub(crate) books: Books,
    total: Window,
    /// In the order of their beginnings.
    windows: Vec<Window>,
    acknowledged: BTreeMap<Name, Acknowledged>,
}

impl Shared {
    pub(crate) fn new(workload: &Workload, books: Books) -> Self {
        let state = State {
            began: None,
            ended: None,
            books,
            total: Window::new("traffic", Duration::ZERO),
            windows: Vec::new(),
            acknowledged: BTreeMap::new(),
        };
        Self {
            state: Mutex::new(state),
            workload: Mutex::new(Arc::new(workload.clone())),
            numbers: Numbers::begin(),
            reads: Queue::new(),
            writes: Queue::new(),
        }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The application's statements now.
    pub(crate) fn workload(&self) -> Arc<Workload> {
        Arc::clone(&self.workload.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The application's statements from now on.
    pub(crate) fn deploy(&self, workload: &Workload) {
        *self.workload.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(workload.clone());
    }

    pub(crate) fn queue(&self, kind: Kind) -> &Queue {
        match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
        }
    }
}

impl State {
    /// Since the traffic began; zero before.
    pub(crate) fn since_began(&self, at: Instant) -> Duration {
        self.began.map(|began| at.saturating_duration_since(began)).unwrap_or_default()
    }

    /// Opens a window that begins now and ends where the next one begins.
    pub(crate) fn open_window(&mut self, name: &str) {
        let from = self.since_began(Instant::now());
        self.windows.push(Window::new(name, from));
    }

    /// This process sent a statement late.
    pub(crate) fn late(&mut self, intended: Duration, now: Duration) {
        let late = now.saturating_sub(intended);
        self.windows_at(intended).for_each(|window| window.record_late(late));
    }

    /// Takes down what a statement felt.
    pub(crate) fn record(&mut self, felt: &Felt<'_>) {
        self.windows_at(felt.at).for_each(|window| window.record(felt));
    }

    /// Books what a statement did.
    pub(crate) fn book(&mut self, statement: &Statement, row: Option<String>, outcome: &Outcome) {
        self.books.ledger.book(statement, row, outcome);
        let (Some(table), Outcome::Acknowledged(Some(_))) = (statement.does.table(), outcome) else { return };
        let counts = self.acknowledged.entry(table.clone()).or_default();
        match statement.does {
            Does::Read => {}
            Does::Insert(_) => counts.inserted += 1,
            Does::Update(..) => counts.updated += 1,
            Does::Delete(_) => counts.deleted += 1,
        }
    }

    /// What was taken down up to now, or to the end of the traffic.
    pub(crate) fn report(&self) -> TrafficReport {
        let until = self.since_began(self.ended.unwrap_or_else(Instant::now));
        let ends = self.windows.iter().skip(1).map(|window| window.from).chain([until]);
        TrafficReport {
            total: self.total.report(until),
            windows: self.windows.iter().zip(ends).map(|(window, end)| window.report(end)).collect(),
            acknowledged: self.acknowledged.clone(),
        }
    }

    /// All of the traffic, and the window that a statement of this time belongs to.
    fn windows_at(&mut self, at: Duration) -> impl Iterator<Item = &mut Window> {
        let own = self.windows.iter_mut().rev().find(|window| window.from <= at);
        std::iter::once(&mut self.total).chain(own)
    }
}
