//! Reads sources, with a throwaway server where one is needed.

mod project;

use connect::Session;
use model::{Fault, Progress, Schema};
use shadow::{Shadow, ShadowOptions};

use crate::cache::{Cache, Key};
use crate::project::Sparing;
use crate::{Migration, Reading, Source, git, live, migrations, settle, snapshot, sql};

/// Reads sources. The throwaway server that files need starts with the first of them, serves all, and
/// ends with the reader.
pub struct Reader<'a> {
    options: ShadowOptions,
    shadow: Option<Shadow>,
    progress: &'a dyn Progress,
    cache: Option<Cache>,
    notes: Vec<String>,
    sparing: Sparing,
    keeps_evaluations: bool,
    objects_built: usize,
}

impl<'a> Reader<'a> {
    /// A reader whose throwaway server is started with these options when one is needed.
    pub fn new(options: ShadowOptions, progress: &'a dyn Progress) -> Self {
        Self {
            options,
            shadow: None,
            progress,
            cache: None,
            notes: Vec::new(),
            sparing: Sparing::default(),
            keeps_evaluations: true,
            objects_built: 0,
        }
    }

    /// The same with what was read before at hand.
    #[must_use]
    pub fn cached(self, cache: Option<Cache>) -> Self {
        Self { cache, ..self }
    }

    /// The same asking the server about everything, also where the answer is known: what tests hold the known
    /// answers against.
    #[must_use]
    pub fn asking_always(self) -> Self {
        Self { sparing: Sparing::Nothing, ..self }
    }

    /// Reads one source.
    ///
    /// # Errors
    /// Those of connecting (`connect.…`), of the throwaway server (`shadow.…`), and `read.…` where the
    /// source cannot be read, with file, line and column.
    pub async fn read(&mut self, source: &Source) -> Result<Reading, Fault> {
        let mut reading = match source {
            Source::Live(target) => read_live(target).await,
            Source::Sql(path) => self.read_sql(path).await,
            Source::Snapshot(path) => self.read_snapshot(path).await,
            Source::Drizzle(path) => self.read_drizzle(path).await,
            Source::Git { rev, path } => self.read_git(rev, path).await,
        }?;
        reading.notes.append(&mut self.notes);
        Ok(reading)
    }

    async fn read_git(&mut self, rev: &str, path: &std::path::Path) -> Result<Reading, Fault> {
        let unpacked = git::unpack(rev, path)?;
        let source = Source::parse(&unpacked.path().to_string_lossy())?;
        // A path leads to files, never to a revision again. Its folder is never met again either.
        let keeps = std::mem::replace(&mut self.keeps_evaluations, false);
        let read = Box::pin(self.read(&source)).await;
        self.keeps_evaluations = keeps;
        let mut reading = read.map_err(|fault| unpacked.explained(fault, rev))?;
        if matches!(source, Source::Drizzle(_)) {
            let installed = unpacked.packages.iter().map(|folder| folder.display().to_string());
            let installed: Vec<String> = installed.collect();
            let folders = if installed.is_empty() { "none".to_owned() } else { installed.join(", ") };
            reading.notes.push(format!(
                "git does not hold packages: {rev} was read with those installed in the working tree ({folders})"
            ));
        }
        // The revision's folder goes; what is beside the project is not its folder of migrations any more.
        reading.migrations = None;
        Ok(reading)
    }

    /// The schema that migrations make, run one after the other on an empty database.
    ///
    /// # Errors
    /// `shadow.…`, `connect.…`, and `read.sql` with the place of a statement that the server refuses.
    pub async fn run(&mut self, migrations: &[Migration]) -> Result<Schema, Fault> {
        let texts = migrations.iter().map(|migration| migration.text.as_str());
        let key = self.key("sql", texts).await?;
        if let Some(schema) = self.kept(key.as_ref()) {
            return Ok(schema);
        }
        let database = self.shadow().await?.create_database(None).await?;
        let session = connect::connect(&database.target, "lockkeeper read").await?;
        authors_path(&session).await?;
        let roles = if self.options.url.is_some() { sql::Roles::Theirs } else { sql::Roles::Made };
        for migration in migrations {
            sql::run(&session, migration, roles).await?;
        }
        let schema = live::read(&session).await?;
        session.close().await;
        self.keep(key.as_ref(), &schema);
        Ok(schema)
    }

    async fn read_sql(&mut self, path: &std::path::Path) -> Result<Reading, Fault> {
        let migrations = migrations::migrations(path)?;
        let schema = self.run(&migrations.list).await?;
        let files = migrations.list.into_iter().map(|migration| migration.path).collect();
        Ok(Reading { files, notes: migrations.notes, ..Reading::of(schema) })
    }

    async fn read_snapshot(&mut self, path: &std::path::Path) -> Result<Reading, Fault> {
        match snapshot::kind(path)? {
            snapshot::Kind::Own => {
                let schema = snapshot::load(path)?;
                let files = vec![path.to_owned()];
                Ok(Reading { files, ..Reading::of(schema) })
            }
            snapshot::Kind::DrizzleKit => self.load_project(drizzle::snapshot(path)?).await,
        }
    }

    /// The key of a schema that the throwaway server makes of these texts; none without a cache.
    async fn key<'t>(
        &mut self,
        kind: &str,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Option<Key>, Fault> {
        if self.cache.is_none() {
            return Ok(None);
        }
        // What a given server has besides PostgreSQL itself is its own.
        let given = self.options.url.as_ref().map(ToString::to_string).unwrap_or_default();
        let version = self.version_num().await?.to_string();
        Ok(Some(Key::of([kind, &given, &version]).and(texts)))
    }

    fn kept(&mut self, key: Option<&Key>) -> Option<Schema> {
        self.cache.as_ref()?.get(key?, &mut self.notes)
    }

    fn keep(&mut self, key: Option<&Key>, schema: &Schema) {
        self.keep_all(key.map(|key| (key, schema)).into_iter());
    }

    fn keep_all<'k>(&mut self, entries: impl Iterator<Item = (&'k Key, &'k Schema)>) {
        if let Some(cache) = &self.cache {
            cache.put_all(entries, &mut self.notes);
        }
    }

    /// `server_version_num` of the throwaway server, which is started only where nothing else tells.
    async fn version_num(&mut self) -> Result<u32, Fault> {
        if self.shadow.is_none()
            && let Some(version) = Shadow::expected_version_num(&self.options)
        {
            return Ok(version);
        }
        Ok(self.shadow().await?.version_num())
    }

    /// Whether a source needed the throwaway server so far.
    pub fn has_started(&self) -> bool {
        self.shadow.is_some()
    }

    /// How many tables, views, enums and sequences of Drizzle projects the throwaway server was asked to build so far.
    pub fn objects_built(&self) -> usize {
        self.objects_built
    }

    /// The major version that the throwaway server has, or would have if one were needed.
    ///
    /// # Errors
    /// `shadow.…` when a given one does not answer.
    pub async fn major(&mut self) -> Result<u32, Fault> {
        if self.shadow.is_none()
            && let Some(major) = Shadow::expected_major(&self.options)
        {
            return Ok(major);
        }
        Ok(self.version_num().await? / 10_000)
    }

    /// The wanted schema with its expressions in the text they will have: PostgreSQL writes some back as it
    /// would not write them again (`varchar IN (…)`), and two that differ in that alone are equal. Only
    /// where texts differ, and only for the tables, views and domains they stand in, is the throwaway
    /// server asked; nothing where that leaves the wanted schema as it is.
    ///
    /// # Errors
    /// `shadow.…`, `connect.…`, and `read.settle` when they cannot be built on the throwaway server.
    pub async fn settle(&mut self, from: &Schema, to: &Schema) -> Result<Option<Schema>, Fault> {
        let open = settle::open(from, to);
        if open.is_empty() {
            return Ok(None);
        }
        let database = self.shadow().await?.create_database(None).await?;
        let session = connect::connect(&database.target, "lockkeeper read").await?;
        let settled = settle::settled(&session, from, to, &open).await;
        session.close().await;
        settled.map(Some)
    }

    /// The throwaway server, started now if it was not yet.
    ///
    /// # Errors
    /// `shadow.…` when there is none to be had.
    pub async fn shadow(&mut self) -> Result<&Shadow, Fault> {
        if self.shadow.is_none() {
            self.shadow = Some(Shadow::start(&self.options, self.progress).await?);
        }
        self.shadow.as_ref().ok_or_else(|| Fault::new("shadow.gone", "the throwaway server is gone"))
    }
}

async fn read_live(target: &connect::Target) -> Result<Reading, Fault> {
    let session = connect::connect(target, "lockkeeper read").await?;
    let server_version = Some(session.server().version_num);
    let schema = live::read(&session).await?;
    session.close().await;
    Ok(Reading { server_version, ..Reading::of(schema) })
}

/// An author's SQL is written for the search path that a new session has.
async fn authors_path(session: &Session) -> Result<(), Fault> {
    session
        .batch_execute("SET search_path = \"$user\", public")
        .await
        .map_err(|error| connect::fault("read.sql", "the search path could not be set", &error))
}
