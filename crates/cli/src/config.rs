//! `lockkeeper.toml`: settings a project keeps. Flags beat environment variables, those beat the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::Fault;
use serde::{Deserialize, Serialize};

use crate::told::{FillConfig, GateConfig, LabelsConfig, TransformConfig};

/// The name of the file, looked for from the current folder upward.
pub const FILE_NAME: &str = "lockkeeper.toml";

/// Every key is optional; an unknown key is an error.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// The live database's URL. Better kept in the environment: `DATABASE_URL`.
    pub database: Option<String>,
    /// The wanted schema: a drizzle.config.ts, a .ts or .sql file, a folder.
    pub schema: Option<String>,
    /// A throwaway server to use instead of starting one.
    pub shadow_url: Option<String>,
    /// Tables the application cannot do without: `public.funds`.
    pub critical_tables: Vec<String>,
    /// Objects that are left alone: `public.legacy_*`, `audit.*`, `public.funds.old_*`.
    pub ignore: Vec<String>,
    /// The folder of migrations, relative to lockkeeper.toml.
    pub migrations: Option<PathBuf>,
    /// Renames a person told: `public.funds.vintage=vintage_year`.
    pub renames: Vec<String>,
    /// The longest an application's statement may wait because of us, in ms.
    pub stall_budget_ms: Option<u32>,
    /// The memory.
    pub memory: MemoryConfig,
    /// Environments by name.
    pub environments: BTreeMap<String, Environment>,
    /// Columns whose values become those of another column by a mapping.
    pub transform: Vec<TransformConfig>,
    /// What existing rows of a new column get instead of its default.
    pub fill: Vec<FillConfig>,
    /// Labels of enums that go, with those that take their place.
    pub labels: Vec<LabelsConfig>,
    /// What has to happen outside the database before a phase.
    pub gate: Vec<GateConfig>,
    /// The linter.
    pub lint: lint::LintConfig,
}

/// The `[memory]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MemoryConfig {
    /// Whose memory this is; tenants never see each other.
    pub tenant: Option<String>,
    /// The SQLite file, relative to lockkeeper.toml.
    pub file: Option<PathBuf>,
    /// The PostgreSQL database that a team shares its memory in, instead of the file.
    pub database: Option<String>,
    /// After every run, receipts older than so many days are forgotten; lessons stay. None: all are kept.
    pub retention_days: Option<u32>,
    /// What makes vectors of texts.
    pub embedding: EmbeddingConfig,
}

/// The `[memory.embedding]` table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmbeddingConfig {
    /// Which kind of embedder.
    pub provider: EmbeddingProvider,
    /// What `/embeddings` is below: `https://api.openai.com/v1`, `http://localhost:11434/v1`.
    pub url: Option<String>,
    /// The model as the endpoint knows it.
    pub model: Option<String>,
    /// The environment variable that holds the key; none where the endpoint wants no key.
    pub key_env: Option<String>,
}

/// What makes vectors of texts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EmbeddingProvider {
    /// The table that is compiled in; needs no network.
    #[default]
    BuiltIn,
    /// An endpoint that speaks OpenAI's protocol; Ollama does too.
    Openai,
    /// Nothing: search goes by words.
    None,
}

/// An `[environments.NAME]` table: which databases belong to it, and what a plan needs there.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Environment {
    /// Its database: a URL, or `env:NAME` for one in an environment variable.
    pub url: Option<String>,
    /// What kind of environment it is; told from its name where it is not said.
    pub kind: Option<Kind>,
    /// The host of its URLs.
    pub host: Option<String>,
    /// The database name of its URLs.
    pub database: Option<String>,
    /// The identity of its database, as `lockkeeper status --env NAME` shows it.
    pub identity: Option<String>,
    /// Whether a plan needs approval before it is applied; always where it is production.
    pub approval: Option<bool>,
    /// Whether a plan needs a rehearsal before it is applied; always where it is production.
    pub rehearsal: Option<bool>,
}

/// What kind of environment a database belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A developer's own: anything goes, and what production would ask for is told.
    Local,
    /// Like production, but nobody depends on it.
    Staging,
    /// Never without an approved and rehearsed plan.
    Production,
}

impl Environment {
    /// What kind it is, said or by its name: a name that says nothing is staging.
    pub fn kind(&self, name: &str) -> Kind {
        self.kind.unwrap_or_else(|| match name.to_lowercase().as_str() {
            "production" | "prod" | "live" => Kind::Production,
            "local" | "dev" | "development" | "test" | "ci" => Kind::Local,
            _ => Kind::Staging,
        })
    }

    /// Its URL, out of the environment where that holds it; none where it names none.
    ///
    /// # Errors
    /// `config.environment` when the environment variable is not set.
    pub fn resolved_url(&self, name: &str) -> Result<Option<String>, Fault> {
        let Some(url) = &self.url else { return Ok(None) };
        let Some(variable) = url.strip_prefix("env:") else { return Ok(Some(url.clone())) };
        match std::env::var(variable) {
            Ok(url) if !url.is_empty() => Ok(Some(url)),
            _ => Err(Fault::new("config.environment", format!("{variable} is not set"))
                .at(format!("[environments.{name}] url = \"env:{variable}\""))
                .help(format!("set {variable} to the URL of {name}'s database"))),
        }
    }

    /// Whether a database belongs to this environment: every condition that is given holds.
    pub fn holds(&self, target: &connect::Target) -> bool {
        let host = self.host.as_deref().is_none_or(|host| {
            let server = target.server();
            server == host || server.rsplit_once(':').is_some_and(|(name, _)| name == host)
        });
        let database = self.database.as_deref().is_none_or(|database| target.database() == database);
        host && database && (self.host.is_some() || self.database.is_some())
    }
}

/// The file's settings with the folder it stands in.
#[derive(Debug, Clone, Default)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The project's folder: the file's, or the current one where there is no file.
    pub folder: PathBuf,
}

/// Loads a named file, or the nearest one from a folder upward; none is fine.
///
/// # Errors
/// `config.file` when a named file cannot be read, `config.key` and `config.value` with line and column.
pub fn load(named: Option<&Path>, from: &Path) -> Result<Loaded, Fault> {
    let found = match named {
        Some(path) => Some(path.to_owned()),
        None => from.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file()),
    };
    let Some(path) = found else { return Ok(Loaded { config: Config::default(), folder: from.to_owned() }) };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Fault::new("config.file", "the settings could not be read")
            .at(path.display().to_string())
            .cause(error)
    })?;
    let config = toml::from_str(&text).map_err(|error| explain(&path, &text, &error))?;
    let folder = path.parent().map_or_else(|| from.to_owned(), Path::to_owned);
    Ok(Loaded { config, folder })
}

/// An error of the file with its place, and for an unknown key the nearest known one.
fn explain(path: &Path, text: &str, error: &toml::de::Error) -> Fault {
    let message = error.message();
    let offset = text.floor_char_boundary(error.span().map_or(0, |span| span.start));
    let line = text[..offset].matches('\n').count() + 1;
    let column = text[..offset].rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let place = format!("{}:{line}:{column}", path.display());
    let mut quoted = message.split('`').skip(1).step_by(2);
    if !message.starts_with("unknown field") {
        return Fault::new("config.value", without_value(message)).at(place);
    }
    let key = quoted.next().unwrap_or_default();
    let fault = Fault::new("config.key", format!("unknown setting \"{key}\"")).at(place);
    let nearest = quoted.max_by(|a, b| strsim::jaro_winkler(key, a).total_cmp(&strsim::jaro_winkler(key, b)));
    match nearest {
        Some(nearest) => fault.help(format!("did you mean \"{nearest}\"?")),
        None => fault.help("there are no settings in this table"),
    }
}

/// A message without the text it quotes, which may be a URL with its password.
fn without_value(message: &str) -> String {
    let text = message.split_once("string \"").and_then(|(before, rest)| {
        let (_, after) = rest.rsplit_once("\", expected")?;
        Some(format!("{before}text, expected{after}"))
    });
    let word = message.strip_prefix("unknown variant `").and_then(|rest| {
        let (_, after) = rest.split_once("`, expected")?;
        Some(format!("unknown word, expected{after}"))
    });
    text.or(word).unwrap_or_else(|| message.to_owned())
}

#[cfg(test)]
mod damaged;

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Fault {
        let error = toml::from_str::<Config>(text).unwrap_err();
        explain(Path::new("lockkeeper.toml"), text, &error)
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let fault = fault("schema = \"a.sql\"\ncritical_table = []\n");
        assert_eq!(fault.kind, "config.key");
        let text = fault.to_string();
        assert!(text.contains("\"critical_tables\"") && text.contains("lockkeeper.toml:2:1"), "{text}");
    }

    #[test]
    fn a_wrong_value_names_its_place() {
        let fault = fault("stall_budget_ms = \"soon\"");
        assert_eq!(fault.kind, "config.value");
        assert!(fault.to_string().contains("lockkeeper.toml:1:"), "{fault}");
        assert!(!fault.to_string().contains("soon"), "it may be a secret: {fault}");
    }
}
