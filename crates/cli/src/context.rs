//! What a command works with: flags over environment variables over `lockkeeper.toml`.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use apply::StopFlag;
use connect::Target;
use diff::Rename;
use model::{Fault, Name, STALL_BUDGET_MS};
use read::{Cache, Ignore, Reader, Source};
use remember::{Embedder, Endpoint, Memory, StaticTable};
use shadow::ShadowOptions;

use crate::args::{CompareArgs, Format, Global};
use crate::config::{self, Config, EmbeddingConfig, EmbeddingProvider};
use crate::environments;
use crate::progress::Terminal;

/// The environment variable that names the live database.
const DATABASE_URL: &str = "DATABASE_URL";

/// The environment variable that, when `true`, keeps the memory in the database of `DATABASE_URL`.
const MEMORY_USE_DATABASE: &str = "MEMORY_USE_DATABASE";

/// The environment variable that, when `off`, keeps what was read before from being used.
const CACHE: &str = "LOCKKEEPER_CACHE";

/// Everything a command needs besides its own arguments.
pub struct Context {
    /// How to answer.
    pub format: Format,
    /// The settings file.
    pub config: Config,
    /// The project's folder.
    pub folder: PathBuf,
    /// The environment that was named.
    pub env: Option<String>,
    /// Its URL, where it has one.
    env_url: Option<String>,
    /// The major version asked for.
    pub pg_version: Option<u32>,
    /// Whether what was read before may be used.
    pub use_cache: bool,
    /// The throwaway server to use instead of starting one.
    pub shadow_url: Option<Target>,
    /// Draws progress.
    pub progress: Terminal,
    /// Raised by Ctrl-C and SIGTERM.
    pub stop: StopFlag,
}

impl Context {
    /// Puts flags, environment and file together.
    ///
    /// # Errors
    /// `config.…` for the file, `connect.url` for a shadow URL that is none.
    pub fn new(global: &Global, stop: StopFlag) -> Result<Self, Fault> {
        let here = std::env::current_dir()
            .map_err(|error| Fault::new("config.folder", "there is no current folder").cause(error))?;
        let config::Loaded { config, folder } = config::load(global.config.as_deref(), &here)?;
        let shadow_url = global.shadow_url.as_deref().or(config.shadow_url.as_deref());
        let shadow_url = shadow_url.map(Target::parse).transpose()?;
        let progress = Terminal::new();
        let env_url = match &global.env {
            Some(name) => environments::named(&config, name)?.resolved_url(name)?,
            None => None,
        };
        Ok(Self {
            format: global.format,
            env: global.env.clone(),
            env_url,
            config,
            folder,
            pg_version: global.pg_version,
            use_cache: !global.no_cache && !std::env::var(CACHE).is_ok_and(|value| value == "off"),
            shadow_url,
            progress,
            stop,
        })
    }

    /// The schema as it is.
    ///
    /// # Errors
    /// `read.unnamed` when nothing names one, and `read.source` when what is named is none.
    pub fn from(&self, args: &CompareArgs) -> Result<Source, Fault> {
        match args.from.clone().or_else(|| self.database_url()) {
            Some(text) => Source::parse(&text),
            None => Err(Fault::new("read.unnamed", "nothing names the schema as it is")
                .help("set DATABASE_URL, or say --from SOURCE, or write database in lockkeeper.toml")),
        }
    }

    /// The schema as it is wanted.
    ///
    /// # Errors
    /// `read.unnamed` when nothing names one, and `read.source` when what is named is none.
    pub fn to(&self, args: &CompareArgs) -> Result<Source, Fault> {
        if let Some(text) = &args.to {
            return Source::parse(text);
        }
        if let Some(schema) = &self.config.schema {
            let path = self.folder.join(schema);
            let relative = if path.exists() { path.to_string_lossy().into_owned() } else { schema.clone() };
            return Source::parse(&relative);
        }
        let here = std::env::current_dir().unwrap_or_else(|_| self.folder.clone());
        Source::find_drizzle_config(&here).ok_or_else(|| {
            Fault::new(
                "read.unnamed",
                "nothing names the wanted schema, and there is no drizzle.config.ts from here upward",
            )
            .help("say --to SOURCE, or write schema in lockkeeper.toml")
        })
    }

    /// The live database.
    ///
    /// # Errors
    /// `config.database` when nothing names one, `connect.url` when it is no URL.
    pub fn database(&self, flag: Option<&str>) -> Result<Target, Fault> {
        let text = flag.map(str::to_owned).or_else(|| self.database_url()).ok_or_else(|| {
            Fault::new("config.database", "nothing names the live database")
                .help("set DATABASE_URL, or say --database URL, or write database in lockkeeper.toml")
        })?;
        Target::parse(&text)
    }

    fn database_url(&self) -> Option<String> {
        if let Some(url) = &self.env_url {
            return Some(url.clone());
        }
        let from_environment = std::env::var(DATABASE_URL).ok().filter(|url| !url.is_empty());
        from_environment.or_else(|| self.config.database.clone())
    }

    /// The renames told by flags and in the settings file.
    ///
    /// # Errors
    /// `diff.rename` when one cannot be read.
    pub fn renames(&self, args: &CompareArgs) -> Result<Vec<Rename>, Fault> {
        self.config.renames.iter().chain(&args.rename).map(|text| text.parse()).collect()
    }

    /// The objects that the settings leave alone.
    ///
    /// # Errors
    /// `config.ignore` when a pattern is none.
    pub fn ignore(&self) -> Result<Ignore, Fault> {
        Ignore::new(&self.config.ignore)
    }

    /// The folder of migrations that the settings name.
    pub fn migrations_folder(&self) -> Option<PathBuf> {
        self.config.migrations.as_ref().map(|folder| self.folder.join(folder))
    }

    /// The critical tables told by flags and in the settings file.
    ///
    /// # Errors
    /// `config.critical` when one is no name.
    pub fn critical(&self, flags: &[String]) -> Result<BTreeSet<Name>, Fault> {
        let names = self.config.critical_tables.iter().chain(flags);
        names
            .map(|text| {
                text.parse()
                    .map_err(|error: model::NameError| Fault::new("config.critical", error.to_string()))
            })
            .collect()
    }

    /// Options for a throwaway server of a major version, or of the one asked for.
    pub fn shadow(&self, major: Option<u32>) -> ShadowOptions {
        ShadowOptions {
            major: major.or(self.pg_version),
            url: self.shadow_url.clone(),
            ..ShadowOptions::default()
        }
    }

    /// A reader whose throwaway server has this major version, with what was read before at hand. A cache
    /// that cannot be opened is said, and done without.
    pub fn reader(&self, major: Option<u32>) -> Reader<'_> {
        let reader = Reader::new(self.shadow(major), &self.progress);
        if !self.use_cache {
            return reader;
        }
        let cache = Cache::open();
        let cache = cache.inspect_err(|fault| anstream::eprintln!("warning: nothing is cached: {fault}"));
        reader.cached(cache.ok())
    }

    /// The budget for an application's stall, in ms.
    pub fn stall_budget_ms(&self) -> u32 {
        self.config.stall_budget_ms.unwrap_or(STALL_BUDGET_MS)
    }

    /// How the project's memory is opened.
    ///
    /// # Errors
    /// When the tenant's name cannot be one, or the database that is to hold the memory is not named.
    pub fn memory_options(&self) -> Result<remember::Options, Fault> {
        let mut options = match self.memory_database()? {
            Some(target) => remember::Options::team(&self.folder, target),
            None => remember::Options::project(&self.folder),
        };
        if let (Some(file), remember::StoreChoice::Sqlite(_)) = (&self.config.memory.file, &options.store) {
            options.store = remember::StoreChoice::Sqlite(self.folder.join(file));
        }
        if let Some(tenant) = &self.config.memory.tenant {
            options = options.tenant(tenant.parse()?);
        }
        Ok(options.embedder(embedder(&self.config.memory.embedding)?))
    }

    /// Makes vectors that an endpoint has still to make, while something else takes its time. It ends with the
    /// process and goes on with the next one; that it failed is said by the next search.
    pub fn embed_in_background(&self) {
        let Ok(options) = self.memory_options() else { return };
        if options.embedder.as_ref().is_some_and(|embedder| !embedder.is_local()) {
            drop(Memory::embed_in_background(&options));
        }
    }

    /// The database a team keeps its memory in, where it does.
    ///
    /// # Errors
    /// `connect.url` when it is no URL, and when nothing names the live database that is to hold it.
    pub fn memory_database(&self) -> Result<Option<Target>, Fault> {
        if let Some(url) = &self.config.memory.database {
            return Target::parse(url).map(Some);
        }
        if std::env::var(MEMORY_USE_DATABASE).is_ok_and(|value| value == "true") {
            return self.database(None).map(Some);
        }
        Ok(None)
    }

    /// The project's memory, opened when it is first needed.
    ///
    /// # Errors
    /// When the tenant's name cannot be one.
    pub fn memory(&self) -> Result<Memory, Fault> {
        Ok(Memory::open_lazily(&self.memory_options()?))
    }
}

/// The embedder that the settings name.
fn embedder(config: &EmbeddingConfig) -> Result<Option<Arc<dyn Embedder>>, Fault> {
    let missing = |key: &str| {
        Fault::new("config.embedding", format!("[memory.embedding] names no {key}"))
            .help("provider = \"openai\" wants url, model, and key_env where the endpoint wants a key")
    };
    match config.provider {
        EmbeddingProvider::None => Ok(None),
        EmbeddingProvider::BuiltIn => Ok(Some(Arc::new(StaticTable))),
        EmbeddingProvider::Openai => {
            let url = config.url.as_deref().ok_or_else(|| missing("url"))?;
            let model = config.model.as_deref().ok_or_else(|| missing("model"))?;
            let key = config.key_env.as_deref().map(|name| {
                std::env::var(name).map_err(|_| {
                    Fault::new("config.embedding", format!("the environment holds no {name}"))
                        .help("set it to the endpoint's key, or take key_env out of [memory.embedding]")
                })
            });
            Ok(Some(Arc::new(Endpoint::new(url, model, key.transpose()?))))
        }
    }
}
