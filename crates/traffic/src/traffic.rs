//! The owner's side of a traffic.

use std::sync::Arc;
use std::thread::JoinHandle;

use connect::Target;
use model::Fault;
use tokio::sync::{oneshot, watch};

use crate::crew::{Crew, Wish};
use crate::line::{APPLICATION_NAME, Fit};
use crate::shared::Shared;
use crate::{Books, Rate, TrafficReport, Workload};

/// An application that works on a database until it is stopped.
///
/// It runs on a thread of its own, so that work that keeps the caller's threads busy is not measured
/// as a stall of the server. Dropping it ends it at once, with its sessions.
#[derive(Debug)]
pub struct Traffic {
    shared: Arc<Shared>,
    wish: watch::Sender<Wish>,
    thread: Option<JoinHandle<()>>,
}

impl Traffic {
    /// Opens the books on the workload's tables, opens the application's sessions and lets statements
    /// arrive.
    ///
    /// # Errors
    /// `traffic.books` when a table cannot be read, `traffic.prepare` when a statement does not fit
    /// the schema, `connect.…` when a session cannot be had.
    pub async fn start(target: &Target, workload: &Workload, rate: Rate) -> Result<Self, Fault> {
        let session = connect::connect(target, APPLICATION_NAME).await?;
        let books = Books::open(&session, workload).await?;
        session.close().await;
        Self::start_with(target, workload, rate, books).await
    }

    /// The same with books that are open already, as those of an earlier traffic on this database.
    ///
    /// # Errors
    /// As [`Traffic::start`].
    pub async fn start_with(
        target: &Target,
        workload: &Workload,
        rate: Rate,
        books: Books,
    ) -> Result<Self, Fault> {
        Self::start_as(target, workload, rate, books, Fit::Must).await
    }

    /// The same in the middle of a migration, or on a copy of the database that was made there: a statement
    /// that does not fit the schema fails each time it is sent, and is reported so.
    ///
    /// # Errors
    /// `connect.…` when a session cannot be had.
    pub async fn go_on(
        target: &Target,
        workload: &Workload,
        rate: Rate,
        books: Books,
    ) -> Result<Self, Fault> {
        Self::start_as(target, workload, rate, books, Fit::May).await
    }

    async fn start_as(
        target: &Target,
        workload: &Workload,
        rate: Rate,
        books: Books,
        fit: Fit,
    ) -> Result<Self, Fault> {
        let shared = Arc::new(Shared::new(workload, books));
        let (wish, wishes) = watch::channel(Wish::Run);
        let (ready, opened) = oneshot::channel();
        let (target, of_thread) = (target.clone(), Arc::clone(&shared));
        let thread = std::thread::Builder::new()
            .name("traffic".to_owned())
            .spawn(move || run(&target, of_thread, rate, wishes, (ready, fit)))
            .map_err(|error| no_thread().cause(error))?;
        // Where opening fails the drop of `traffic` ends the thread.
        let traffic = Self { shared, wish, thread: Some(thread) };
        opened.await.map_err(|_| no_thread())??;
        Ok(traffic)
    }

    /// Statements whose intended time is from now on are reported under this name as well, until the
    /// next window is opened.
    pub fn open_window(&self, name: &str) {
        self.shared.state().open_window(name);
    }

    /// The application is replaced by another version of itself: statements that arrive from now on are
    /// those of this workload. It may name only tables of the first one.
    pub fn deploy(&self, workload: &Workload) {
        self.shared.deploy(workload);
    }

    /// What was measured up to now. Statements that have no answer yet are not in it.
    pub fn snapshot(&self) -> TrafficReport {
        self.shared.state().report()
    }

    /// Lets nothing new arrive, waits for the answers (30 s at most; what is left has failed), and hands
    /// over what was measured, with the books.
    pub async fn stop(mut self) -> (TrafficReport, Books) {
        self.wish.send_replace(Wish::Drain);
        if let Some(thread) = self.thread.take() {
            // The thread catches nothing: were it to panic, what it took down before still counts.
            let _ = tokio::task::spawn_blocking(move || thread.join()).await;
        }
        let state = self.shared.state();
        (state.report(), state.books.clone())
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        self.wish.send_replace(Wish::Abandon);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn no_thread() -> Fault {
    Fault::new("traffic.thread", "the application's traffic could not be started on a thread of its own")
}

/// The thread's work: opens the sessions, says so, and runs.
fn run(
    target: &Target,
    shared: Arc<Shared>,
    rate: Rate,
    mut wishes: watch::Receiver<Wish>,
    (ready, fit): (oneshot::Sender<Result<(), Fault>>, Fit),
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // Nobody listens any more where the owner gave up.
            let _ = ready.send(Err(no_thread().cause(error)));
            return;
        }
    };
    runtime.block_on(async {
        let opened = tokio::select! {
            opened = Crew::open(target, shared, fit) => opened,
            _ = wishes.wait_for(|wish| *wish == Wish::Abandon) => return,
        };
        let (crew, opened) = match opened {
            Ok(crew) => (Some(crew), Ok(())),
            Err(fault) => (None, Err(fault)),
        };
        let awaited = ready.send(opened).is_ok();
        if let Some(crew) = crew.filter(|_| awaited) {
            crew.run(rate, wishes).await;
        }
    });
}
