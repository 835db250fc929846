//! The throwaway server as its users see it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use connect::{ServerInfo, Target};
use model::{Fault, Ident, Progress};

use crate::database::{self, Database};
use crate::folder::Roots;
use crate::given::Given;
use crate::installation::Installation;
use crate::privilege::RunAs;
use crate::server::Server;
use crate::{cache, npm, template};

/// Where a server's data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Storage {
    /// In memory where there is plenty, else on disk. For data that stays well under a gigabyte.
    #[default]
    Auto,
    /// In memory; a fault where the machine has no file system in memory.
    Memory,
    /// On disk, in the cache folder. For data that may become gigabytes.
    Disk,
}

/// Which throwaway server is wanted.
#[derive(Debug, Clone, Default)]
pub struct ShadowOptions {
    /// The major version. Without one: the newest local installation, else 17 from npm.
    pub major: Option<u32>,
    /// A server to use instead of starting one (`--shadow-url`).
    pub url: Option<Target>,
    /// The live server, which a given server must not be.
    pub live: Option<ServerInfo>,
    /// Where the data goes.
    pub storage: Storage,
    /// Settings beyond ours, such as `("shared_buffers", "512MB")`. A given server keeps its own. With
    /// `listen_addresses` and `port` it can be made to listen on TCP as well.
    pub settings: Vec<(String, String)>,
}

impl ShadowOptions {
    /// A server of this major version, all else as by default.
    pub fn of(major: u32) -> Self {
        Self { major: Some(major), ..Self::default() }
    }
}

/// A throwaway PostgreSQL server, there for as long as this value is.
#[derive(Debug)]
pub struct Shadow {
    kind: Kind,
    version_num: u32,
    databases: AtomicU32,
}

#[derive(Debug)]
enum Kind {
    Own(Box<Server>),
    Given(Box<Given>),
}

impl Shadow {
    /// Finds or fetches PostgreSQL and starts a server, or connects to the given one.
    ///
    /// # Errors
    /// `shadow.none` when there is nothing to start; `shadow.npm`, `shadow.initdb`, `shadow.start`,
    /// `shadow.cache`, `shadow.folder`, `shadow.root`, `shadow.memory` when starting fails;
    /// `shadow.major`, `shadow.live` and the faults of [`connect::connect`] for a given server.
    pub async fn start(options: &ShadowOptions, progress: &dyn Progress) -> Result<Self, Fault> {
        if let Some(url) = &options.url {
            let given = Given::connect(url, options.major, options.live.as_ref()).await?;
            let version_num = given.info().version_num;
            return Ok(Self::of(Kind::Given(Box::new(given)), version_num));
        }
        let server = start_own(options, progress).await?;
        let session = connect::connect(&server.target("postgres"), "lockkeeper shadow").await?;
        let version_num = session.server().version_num;
        session.close().await;
        Ok(Self::of(Kind::Own(Box::new(server)), version_num))
    }

    /// `server_version_num` of the server that these options would start, where that can be told without
    /// starting or fetching one.
    pub fn expected_version_num(options: &ShadowOptions) -> Option<u32> {
        if options.url.is_some() {
            return None;
        }
        let installation = Installation::local(options.major).or_else(|| {
            let cache = cache::folder(&RunAs::choose().ok()?).ok()?;
            npm::cached(options.major.unwrap_or(npm::DEFAULT_MAJOR), &cache)
        })?;
        installation.version_num()
    }

    /// The major version of the server that these options would start or fetch; none for a given server, which
    /// only says itself.
    pub fn expected_major(options: &ShadowOptions) -> Option<u32> {
        let local = || Installation::local(options.major).map(|local| local.major);
        let own = options.major.or_else(local).unwrap_or(npm::DEFAULT_MAJOR);
        options.url.is_none().then_some(own)
    }

    fn of(kind: Kind, version_num: u32) -> Self {
        Self { kind, version_num, databases: AtomicU32::new(0) }
    }

    /// `server_version_num`: 150018 is 15.18.
    pub fn version_num(&self) -> u32 {
        self.version_num
    }

    /// The major version.
    pub fn major(&self) -> u32 {
        self.version_num / 10_000
    }

    /// The programs the server runs with; a given server's are not known.
    pub fn installation(&self) -> Option<&Installation> {
        match &self.kind {
            Kind::Own(server) => Some(server.installation()),
            Kind::Given(_) => None,
        }
    }

    /// How to reach a database on the server.
    pub fn target(&self, database: &str) -> Target {
        match &self.kind {
            Kind::Own(server) => server.target(database),
            Kind::Given(given) => given.target(database),
        }
    }

    /// The folder with the server's unix socket; a given server's is not known.
    pub fn socket_folder(&self) -> Option<PathBuf> {
        match &self.kind {
            Kind::Own(server) => Some(server.socket_folder()),
            Kind::Given(_) => None,
        }
    }

    /// The process id of the server (its postmaster) while it runs; a given server's is not known.
    pub fn pid(&self) -> Option<u32> {
        match &self.kind {
            Kind::Own(server) => server.pid(),
            Kind::Given(_) => None,
        }
    }

    /// Makes a database with a unique name: a copy of `template`, which nobody may be connected to, or
    /// an empty one.
    ///
    /// # Errors
    /// `shadow.database`, and the faults of [`connect::connect`].
    pub async fn create_database(&self, template: Option<&str>) -> Result<Database, Fault> {
        let name = match &self.kind {
            Kind::Own(_) => Ident::new(format!("shadow_{}", self.databases.fetch_add(1, Ordering::Relaxed))),
            Kind::Given(given) => given.next_name(),
        };
        let session = connect::connect(&self.maintenance(), "lockkeeper shadow").await?;
        database::create_database(&session, &name, template).await?;
        session.close().await;
        let target = self.target(name.as_str());
        Ok(Database { name, target })
    }

    /// Drops a database that is no longer needed, with the sessions in it.
    ///
    /// # Errors
    /// `shadow.database`, and the faults of [`connect::connect`].
    pub async fn drop_database(&self, database: &Database) -> Result<(), Fault> {
        let session = connect::connect(&self.maintenance(), "lockkeeper shadow").await?;
        database::drop_database(&session, &database.name).await?;
        session.close().await;
        Ok(())
    }

    fn maintenance(&self) -> Target {
        match &self.kind {
            Kind::Own(server) => server.target("postgres"),
            Kind::Given(given) => given.maintenance().clone(),
        }
    }

    /// Stops the server as a crash would (immediate stop, recovery at the next start) and starts it
    /// again on the same data; every session is lost.
    ///
    /// # Errors
    /// `shadow.start`; `shadow.given` for a given server, which is not ours to stop.
    pub async fn restart(&self) -> Result<(), Fault> {
        match &self.kind {
            Kind::Own(server) => server.restart().await,
            Kind::Given(_) => Err(Fault::new("shadow.given", "a given server is not ours to restart")),
        }
    }

    /// Ends the server and removes its folder, or drops what was made on a given one. Dropping the
    /// value does the same, but cannot say what went wrong.
    ///
    /// # Errors
    /// For a given server: `shadow.database`, and the faults of [`connect::connect`].
    pub async fn stop(self) -> Result<(), Fault> {
        match self.kind {
            Kind::Own(server) => {
                server.end().await;
                Ok(())
            }
            Kind::Given(mut given) => given.clear().await,
        }
    }

    /// The last lines of the server's log; empty for a given server.
    pub fn log_tail(&self) -> String {
        match &self.kind {
            Kind::Own(server) => server.log_tail(),
            Kind::Given(_) => String::new(),
        }
    }
}

async fn start_own(options: &ShadowOptions, progress: &dyn Progress) -> Result<Server, Fault> {
    let run_as = RunAs::choose()?;
    let cache = cache::folder(&run_as)?;
    let roots = Roots::of(&cache);
    roots.sweep();
    let installation = match Installation::local(options.major) {
        Some(local) => local,
        None => npm::installation(options.major.unwrap_or(npm::DEFAULT_MAJOR), &cache, progress).await?,
    };
    let template = template::folder(&installation, &run_as, &cache, progress).await?;
    Server::start(installation, run_as, &template, &roots, options.storage, &options.settings).await
}
