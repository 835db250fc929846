//! Where a schema comes from.

use std::fmt;
use std::path::{Path, PathBuf};

use connect::Target;
use model::Fault;

/// A place a schema can be read from.
#[derive(Debug, Clone)]
pub enum Source {
    /// A live database.
    Live(Box<Target>),
    /// A `.sql` file, or a folder of migrations.
    Sql(PathBuf),
    /// A `drizzle.config.ts`, a `.ts` file or a folder of Drizzle schema.
    Drizzle(PathBuf),
    /// A snapshot in JSON: Lockkeeper's own, or drizzle-kit's.
    Snapshot(PathBuf),
    /// A path of a git revision, without touching the working tree.
    Git {
        /// The revision.
        rev: String,
        /// The path within the repository.
        path: PathBuf,
    },
}

impl Source {
    /// Understands a `--from` or `--to`.
    ///
    /// # Errors
    /// `read.source` when the text is no source or the file is not there; `connect.url` for a bad URL.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Live(Box::new(Target::parse(text)?)));
        }
        if let Some(rest) = text.strip_prefix("git:") {
            let Some((rev, path)) = rest.split_once(':') else {
                return Err(unknown(text).help("write git:REV:PATH, for instance git:main:src/schema.ts"));
            };
            return Ok(Self::Git { rev: rev.to_owned(), path: PathBuf::from(path) });
        }
        let path = PathBuf::from(text);
        if path.is_dir() {
            return Ok(of_folder(path));
        }
        if !path.is_file() {
            return Err(Fault::new("read.source", format!("there is no file or folder \"{text}\""))
                .help("a source is a postgres:// URL, a drizzle.config.ts, a .ts file or folder of Drizzle schema, a .sql file or folder of migrations, a snapshot .json, or git:REV:PATH"));
        }
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("sql") => Ok(Self::Sql(path)),
            Some("ts" | "mts" | "cts" | "js" | "mjs" | "cjs") => Ok(Self::Drizzle(path)),
            Some("json") => Ok(Self::Snapshot(path)),
            _ => Err(unknown(text)),
        }
    }

    /// The nearest `drizzle.config.ts` (or `.js`, `.mjs`, …) from a folder upward.
    pub fn find_drizzle_config(from: &Path) -> Option<Self> {
        let names = ["ts", "mts", "js", "mjs", "cjs"].map(|ending| format!("drizzle.config.{ending}"));
        let found = from.ancestors().flat_map(|folder| names.iter().map(|name| folder.join(name)));
        found.into_iter().find(|path| path.is_file()).map(Self::Drizzle)
    }

    /// The target of a live database.
    pub fn target(&self) -> Option<&Target> {
        match self {
            Self::Live(target) => Some(target),
            _ => None,
        }
    }
}

/// A folder is Drizzle's if it holds TypeScript and no SQL at its top or one level below.
fn of_folder(path: PathBuf) -> Source {
    let holds = |ending: &str| {
        let depth_two = |folder: &Path| {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
            entries.collect::<Vec<_>>()
        };
        depth_two(&path).into_iter().any(|entry| {
            let is = |path: &Path| path.extension().is_some_and(|extension| extension == ending);
            is(&entry) || entry.is_dir() && depth_two(&entry).iter().any(|path| is(path))
        })
    };
    if !holds("sql") && (holds("ts") || holds("mts")) { Source::Drizzle(path) } else { Source::Sql(path) }
}

fn unknown(text: &str) -> Fault {
    Fault::new("read.source", format!("\"{text}\" is no schema source"))
        .help("a source is a postgres:// URL, a .ts, .sql or .json file, a folder of them, or git:REV:PATH")
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Live(target) => write!(f, "{target}"),
            Self::Sql(path) | Self::Drizzle(path) | Self::Snapshot(path) => write!(f, "{}", path.display()),
            Self::Git { rev, path } => write!(f, "git:{rev}:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_sources_apart() {
        assert!(matches!(Source::parse("postgres://u@h/d").unwrap(), Source::Live(_)));
        assert!(matches!(Source::parse("git:main:db/schema.sql").unwrap(), Source::Git { .. }));
        assert_eq!(Source::parse("git:main").unwrap_err().kind, "read.source");
        assert_eq!(Source::parse("no/such/file.sql").unwrap_err().kind, "read.source");
        let folder = std::env::temp_dir().join(format!("lockkeeper-source-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        assert!(matches!(Source::parse(folder.to_str().unwrap()).unwrap(), Source::Sql(_)));
        std::fs::write(folder.join("schema.ts"), "").unwrap();
        assert!(matches!(Source::parse(folder.to_str().unwrap()).unwrap(), Source::Drizzle(_)));
        std::fs::write(folder.join("0001.sql"), "").unwrap();
        assert!(matches!(Source::parse(folder.to_str().unwrap()).unwrap(), Source::Sql(_)));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
