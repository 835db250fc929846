//! The server, its databases and the project folder that a demo plays on.

use std::path::{Path, PathBuf};

use connect::Session;
use model::{Fault, Progress};
use shadow::{Database, Shadow, ShadowOptions, Storage};
use tempfile::TempDir;

use crate::{DemoOptions, Scenario};

/// Above this many rows of the main table the data goes to disk: each copy of it becomes gigabytes.
const ROWS_IN_MEMORY_MAX: u64 = 1_000_000;

/// How the demo's sessions are called in `pg_stat_activity`.
pub(crate) const APPLICATION_NAME: &str = "lockkeeper demo";

/// All that a demo needs around it. Dropping it leaves nothing behind but a folder that was to be kept.
#[derive(Debug)]
pub(crate) struct Stage {
    /// The database that is migrated.
    pub(crate) funds: Database,
    /// A copy as it was at the start, that nobody connects to.
    untouched: Database,
    folder: Folder,
    /// The project that holds the wanted schema, where it is not in the folder.
    project: Option<PathBuf>,
    server: Shadow,
}

#[derive(Debug)]
enum Folder {
    Temporary(TempDir),
    Kept(PathBuf),
}

impl Stage {
    /// Starts the server, fills the database and copies it.
    pub(crate) async fn set(options: &DemoOptions, progress: &dyn Progress) -> Result<Self, Fault> {
        let folder = Folder::make(options)?;
        progress.begin("starting a throwaway PostgreSQL", None);
        let server = Shadow::start(&shadow_options(options), progress).await?;
        progress.end(&describe(&server));
        let rows = options.scenario.funds_rows(options.rows());
        let funds = server.create_database(None).await?;
        populate::funds::load(&funds.target, &rows, progress).await?;
        let untouched = server.create_database(Some(funds.name.as_str())).await?;
        let project = options.project.clone().filter(|_| options.scenario == Scenario::Vintage);
        Ok(Self { funds, untouched, folder, project, server })
    }

    /// A copy of the database as it was at the start. Drop it with [`Stage::drop_copy`].
    pub(crate) async fn copy(&self) -> Result<Database, Fault> {
        self.server.create_database(Some(self.untouched.name.as_str())).await
    }

    /// Gives a copy's space back.
    pub(crate) async fn drop_copy(&self, copy: &Database) -> Result<(), Fault> {
        self.server.drop_database(copy).await
    }

    /// The server that everything is on.
    pub(crate) fn shadow(&self) -> &Shadow {
        &self.server
    }

    /// A session in the database that is migrated.
    pub(crate) async fn session(&self) -> Result<Session, Fault> {
        connect::connect(&self.funds.target, APPLICATION_NAME).await
    }

    /// A session in the copy as it was at the start. It must be closed before the next copy is made.
    pub(crate) async fn untouched_session(&self) -> Result<Session, Fault> {
        connect::connect(&self.untouched.target, APPLICATION_NAME).await
    }

    /// The wanted schema.
    pub(crate) fn wanted(&self) -> PathBuf {
        self.project.clone().unwrap_or_else(|| self.folder.path().join("wanted.sql"))
    }

    /// What the wanted schema is read from, in words.
    pub(crate) fn wanted_is(&self) -> String {
        match &self.project {
            Some(project) => format!("the Drizzle project {}", project.display()),
            None => "SQL (wanted.sql)".to_owned(),
        }
    }

    /// The plan's folder.
    pub(crate) fn plan(&self) -> PathBuf {
        self.folder.path().join("plan")
    }

    /// Where things go that nobody keeps.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The plan's folder, where it is kept.
    pub(crate) fn kept_plan(&self) -> Option<String> {
        matches!(self.folder, Folder::Kept(_)).then(|| self.plan().display().to_string())
    }

    /// `server_version_num`.
    pub(crate) fn server_version(&self) -> u32 {
        self.server.version_num()
    }

    /// Where the server's programs come from.
    pub(crate) fn server(&self) -> String {
        describe(&self.server)
    }

    /// Ends the server and removes what was made.
    pub(crate) async fn strike(self) -> Result<(), Fault> {
        self.server.stop().await
    }
}

impl Folder {
    fn make(options: &DemoOptions) -> Result<Self, Fault> {
        let folder = match &options.keep {
            Some(path) => std::fs::create_dir(path).map(|()| Self::Kept(path.clone())),
            None => {
                let prefix = format!("lockkeeper-demo-{}-", std::process::id());
                tempfile::Builder::new().prefix(&prefix).tempdir().map(Self::Temporary)
            }
        };
        let folder = folder.map_err(|error| no_folder(options.keep.as_deref(), &error))?;
        for (name, text) in options.scenario.files(options) {
            std::fs::write(folder.path().join(name), text)
                .map_err(|error| no_folder(Some(folder.path()), &error))?;
        }
        Ok(folder)
    }

    fn path(&self) -> &Path {
        match self {
            Self::Temporary(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}

fn no_folder(path: Option<&Path>, error: &std::io::Error) -> Fault {
    let fault = Fault::new("demo.folder", format!("the demo's folder cannot be made: {error}"));
    match path {
        Some(path) => fault.at(path.display().to_string()).help("name a folder that does not exist yet"),
        None => fault.help("check that there is a folder for temporary files that can be written to"),
    }
}

fn shadow_options(options: &DemoOptions) -> ShadowOptions {
    let storage = if options.rows() > ROWS_IN_MEMORY_MAX { Storage::Disk } else { Storage::Auto };
    // As on a server that is meant for work: the table fits its memory, and an index build's sort too.
    let settings = [
        ("shared_buffers", "512MB"),
        ("maintenance_work_mem", "256MB"),
        // A step is known by its statement, also where that is long.
        ("track_activity_query_size", "16kB"),
    ];
    ShadowOptions {
        major: options.major,
        url: options.shadow_url.clone(),
        storage,
        settings: settings.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec(),
        ..ShadowOptions::default()
    }
}

fn describe(server: &Shadow) -> String {
    match server.installation() {
        Some(found) => format!("PostgreSQL {} from {}", found.version, found.bin.display()),
        None => {
            let (major, minor) = (server.major(), server.version_num() % 10_000);
            format!("PostgreSQL {major}.{minor} given by URL")
        }
    }
}
