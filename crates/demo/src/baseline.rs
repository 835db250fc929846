//! The application with no migration.

use std::time::Duration;

use model::{Fault, Progress, count_text, ms_text};
use shadow::Database;
use tokio::time::sleep;
use traffic::{Books, Traffic, TrafficReport};

use crate::stage::Stage;
use crate::{DemoOptions, Stall};

/// How long a traffic runs before it counts: sessions fill their caches.
const WARM_UP: Duration = Duration::from_millis(1_000);

/// The name of the window that is measured without a migration.
pub(crate) const BASELINE: &str = "no migration";

/// The name of the windows in which sessions fill their caches.
pub(crate) const WARMING_UP: &str = "warming up";

/// The application measured without a migration.
pub(crate) struct Baseline {
    pub(crate) report: TrafficReport,
    /// Open since before the first write; all traffics go on in them, or in a copy.
    pub(crate) books: Books,
    /// The books as they were when they were opened, for copies of the database from then.
    pub(crate) books_at_start: Books,
}

/// Opens the books, and lets the application work for as long as the options say.
pub(crate) async fn measure(
    stage: &Stage,
    options: &DemoOptions,
    progress: &dyn Progress,
) -> Result<Baseline, Fault> {
    let session = stage.session().await?;
    progress.begin("counting every row", None);
    let books_at_start = Books::open(&session, &options.scenario.code_before()).await?;
    session.close().await;
    let rows = books_at_start.rows(&options.scenario.table()).unwrap_or_default();
    progress.end(&format!("{} rows in {}", count_text(rows), options.scenario.table()));
    progress.begin("the application without a migration", None);
    let traffic = start(&stage.funds, options, books_at_start.clone()).await?;
    traffic.open_window(BASELINE);
    sleep(options.baseline).await;
    let (report, books) = traffic.stop().await;
    let stall = Stall::over(report.window(BASELINE));
    progress.end(&format!("worst read {}, worst write {}", ms_text(stall.read), ms_text(stall.write)));
    Ok(Baseline { report, books, books_at_start })
}

/// Starts the application on a database and waits until it is warm.
pub(crate) async fn start(
    database: &Database,
    options: &DemoOptions,
    books: Books,
) -> Result<Traffic, Fault> {
    let code = options.scenario.code_before();
    let traffic = Traffic::start_with(&database.target, &code, options.rate, books).await?;
    traffic.open_window(WARMING_UP);
    sleep(WARM_UP).await;
    Ok(traffic)
}
