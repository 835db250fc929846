//! One session with the memory's database, opened when it is needed and again when it was lost.

use std::panic::resume_unwind;
use std::time::{Duration, Instant};

use connect::{Session, Target, connect};
use model::Fault;
use tokio::runtime::{Builder, Handle, Runtime};
use tokio_postgres::types::FromSqlOwned;

use super::setup::{Offer, set_up};
use crate::Tenant;

/// How long connecting may take.
const CONNECT_PATIENCE: Duration = Duration::from_secs(5);

/// How long one call may take.
const CALL_PATIENCE: Duration = Duration::from_secs(30);

/// How long a count of documents is used.
const COUNT_LASTS: Duration = Duration::from_secs(60);

/// How long an index may take to be built.
pub(super) const INDEX_PATIENCE: Duration = Duration::from_secs(3_600);

/// A database, and the session with it.
#[derive(Debug)]
pub(super) struct Link {
    target: Target,
    /// None only while it is dropped.
    runtime: Option<Runtime>,
    open: Option<Open>,
}

impl Drop for Link {
    /// A runtime may not be dropped where another one is running, unless it need not wait for its tasks.
    fn drop(&mut self) {
        self.open = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// An open session.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) session: Session,
    pub(super) offer: Offer,
    /// The tenant whose rows the session sees.
    tenant: Option<Tenant>,
    /// How many documents that tenant had, and when they were counted.
    documents: Option<(u64, Instant)>,
}

impl Link {
    /// A link that is not open yet.
    pub(super) fn new(target: Target) -> Result<Self, Fault> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| Fault::new("memory.runtime", "no runtime can be started").cause(error))?;
        Ok(Self { target, runtime: Some(runtime), open: None })
    }

    /// Works in the session as a tenant. Blocks; may be called from within another runtime. A session
    /// that failed is closed, and the next call opens a new one.
    pub(super) fn call<T: Send>(
        &mut self,
        tenant: &Tenant,
        work: impl AsyncFnOnce(&mut Open) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        self.call_within(CALL_PATIENCE, tenant, work)
    }

    /// The same for work that may take longer.
    pub(super) fn call_within<T: Send>(
        &mut self,
        patience: Duration,
        tenant: &Tenant,
        work: impl AsyncFnOnce(&mut Open) -> Result<T, Fault> + Send,
    ) -> Result<T, Fault> {
        let Self { target, runtime, open } = self;
        let Some(runtime) = runtime.as_ref() else {
            return Err(Fault::new("memory.runtime", "the memory is closed"));
        };
        let run = || {
            runtime.block_on(async {
                let opened = open_for(target, open, tenant).await?;
                let done = tokio::time::timeout(patience, work(opened)).await;
                let late = || {
                    Fault::new(
                        "memory.slow",
                        format!("the memory did not answer in {} s", patience.as_secs()),
                    )
                    .at(target.to_string())
                };
                done.unwrap_or_else(|_| Err(late()))
            })
        };
        // A thread that belongs to a runtime may not block on another one.
        let done = match Handle::try_current() {
            Ok(_) => std::thread::scope(|scope| scope.spawn(run).join())
                .unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => run(),
        };
        if done.is_err() {
            // What state the session is in is not known.
            *open = None;
        }
        done
    }
}

async fn open_for<'a>(
    target: &Target,
    open: &'a mut Option<Open>,
    tenant: &Tenant,
) -> Result<&'a mut Open, Fault> {
    if open.as_ref().is_some_and(|open| open.session.is_closed()) {
        *open = None;
    }
    let opened = match open {
        Some(opened) => opened,
        closed => closed.insert(dial(target).await?),
    };
    opened.act_as(tenant).await?;
    Ok(opened)
}

async fn dial(target: &Target) -> Result<Open, Fault> {
    let dialled = tokio::time::timeout(CONNECT_PATIENCE, connect(target, "lockkeeper memory")).await;
    let late =
        || Fault::new("memory.slow", "the memory's database did not answer in 5 s").at(target.to_string());
    let session = dialled.unwrap_or_else(|_| Err(late()))?;
    let offer = set_up(&session).await?;
    let path = match offer.vectors_in.as_deref() {
        Some(namespace) if namespace != "pg_catalog" => {
            model::sql!("SET search_path = pg_catalog, lockkeeper_memory, {}", model::Ident::new(namespace))
        }
        _ => model::Sql::verbatim("SET search_path = pg_catalog, lockkeeper_memory"),
    };
    session.batch_execute(path.as_str()).await.map_err(|error| fault(&session, "open", &error))?;
    if offer.vectors_in.is_some() {
        // An index is searched on until enough documents pass the filter, and not just once.
        let settings = "SET hnsw.iterative_scan = strict_order; SET hnsw.max_scan_tuples = 1000000";
        session.batch_execute(settings).await.map_err(|error| fault(&session, "open", &error))?;
    }
    Ok(Open { session, offer, tenant: None, documents: None })
}

impl Open {
    /// Names the tenant whose rows row-level security lets through.
    pub(super) async fn act_as(&mut self, tenant: &Tenant) -> Result<(), Fault> {
        if self.tenant.as_ref() != Some(tenant) {
            (self.tenant, self.documents) = (None, None);
            let name = "SELECT set_config('lockkeeper.tenant', $1, false)";
            self.session
                .query_one(name, &[&tenant.as_str()])
                .await
                .map_err(|error| fault(&self.session, "open", &error))?;
            self.tenant = Some(tenant.clone());
        }
        Ok(())
    }
}

impl Open {
    /// How many documents the tenant has. To count them is to look at each, and a minute's difference changes no
    /// order worth the name.
    pub(super) async fn documents(&mut self, tenant: &Tenant) -> Result<u64, tokio_postgres::Error> {
        if let Some((count, _)) = self.documents.filter(|(_, at)| at.elapsed() < COUNT_LASTS) {
            return Ok(count);
        }
        let query = "SELECT count(*) FROM document WHERE tenant = $1";
        let count: i64 = self.session.query_one(query, &[&tenant.as_str()]).await?.get(0);
        self.documents = Some((count.cast_unsigned(), Instant::now()));
        Ok(count.cast_unsigned())
    }
}

/// The one value a query answers.
pub(super) async fn ask_one<T: FromSqlOwned>(session: &Session, query: &str) -> Result<T, Fault> {
    let row = session.query_one(query, &[]).await.map_err(|error| fault(session, "read", &error))?;
    row.try_get(0).map_err(|error| fault(session, "read", &error))
}

/// A fault about this database.
pub(super) fn fault(session: &Session, what: &str, error: &tokio_postgres::Error) -> Fault {
    let help = match connect::sqlstate(error) {
        Some("42501") => "grant the role what crates/remember/src/store/postgres/role.sql lists",
        _ => "see the server's log; what was to be recorded waits in the spool file",
    };
    connect::fault("memory.postgres", format!("cannot {what} the memory"), error)
        .at(session.target().to_string())
        .help(help)
}
