//! Finds what a path means: a configuration, schema files, the root of the project around them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use model::Fault;
use walkdir::WalkDir;

use crate::resolve::joined;
use crate::script::is_script;

/// What a user pointed at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Input {
    /// A drizzle.config file.
    Config(PathBuf),
    /// Schema files.
    Files(Vec<PathBuf>),
}

impl Input {
    /// The folder that paths count from.
    pub(crate) fn folder(&self) -> PathBuf {
        let first = match self {
            Self::Config(config) => config.clone(),
            Self::Files(files) => files.first().cloned().unwrap_or_default(),
        };
        first.parent().unwrap_or(&first).to_owned()
    }
}

const CONFIGS: [&str; 7] = [
    "drizzle.config.ts",
    "drizzle.config.mts",
    "drizzle.config.cts",
    "drizzle.config.js",
    "drizzle.config.mjs",
    "drizzle.config.cjs",
    "drizzle.config.json",
];

/// Says what `path` is.
///
/// # Errors
/// When there is nothing at the path, or nothing Drizzle could have written.
pub(crate) fn input(path: &Path) -> Result<Input, Fault> {
    let missing =
        |error| Fault::new("drizzle.no_such_path", format!("there is no {}", path.display())).cause(error);
    let path = path.canonicalize().map_err(missing)?;
    if path.is_dir() {
        let config = CONFIGS.iter().map(|name| path.join(name)).find(|config| config.is_file());
        return match config {
            Some(config) => Ok(Input::Config(config)),
            None => Ok(Input::Files(folder_files(&path)?)),
        };
    }
    if is_config(&path) {
        return Ok(Input::Config(path));
    }
    if is_script(&path) {
        return Ok(Input::Files(vec![path]));
    }
    let what = format!("{} is not a Drizzle schema", path.display());
    Err(Fault::new("drizzle.not_a_schema", what)
        .help("point at a drizzle.config.ts, a TypeScript or JavaScript schema file, or a folder of them"))
}

fn is_config(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem == "config" || stem.ends_with(".config") || stem.contains("drizzle") && stem.contains("config")
}

/// The scripts of a folder, of all folders below it where it has none itself.
fn folder_files(folder: &Path) -> Result<Vec<PathBuf>, Fault> {
    let direct = children(folder);
    if !direct.is_empty() {
        return Ok(direct);
    }
    let below: Vec<PathBuf> = walk(folder).filter(|path| is_schema_script(path)).collect();
    if below.is_empty() {
        let what = format!("{} has no TypeScript or JavaScript files", folder.display());
        return Err(
            Fault::new("drizzle.no_files", what).help("point at the folder that holds the Drizzle schema")
        );
    }
    Ok(below)
}

fn children(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file() && is_schema_script(path)).collect();
    files.sort();
    files
}

/// Whether a file found in a folder is taken for schema: a script that is neither a test nor a declaration file.
fn is_schema_script(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let other = [".test.", ".spec.", ".d.ts", ".d.mts", ".d.cts", ".config."];
    is_script(path) && !other.iter().any(|part| name.contains(part))
}

fn walk(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let skipped = |name: &str| name == "node_modules" || name == ".git";
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    entries
        .filter_entry(move |entry| !entry.file_name().to_str().is_some_and(skipped))
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
}

/// The files that the `schema` paths of a configuration mean, seen from its folder, or else from one above it: the
/// paths count from where drizzle-kit is started, which is mostly but not always the same.
///
/// # Errors
/// When a path means no file.
pub(crate) fn schema_files(folder: &Path, root: &Path, patterns: &[String]) -> Result<Vec<PathBuf>, Fault> {
    for base in folder.ancestors().take_while(|base| base.starts_with(root)) {
        let found: Vec<Vec<PathBuf>> = patterns.iter().map(|pattern| expand(base, pattern)).collect();
        if found.iter().any(|files| !files.is_empty()) {
            if let Some((_, pattern)) =
                found.iter().zip(patterns).find(|(files, pattern)| files.is_empty() && !is_glob(pattern))
            {
                return Err(no_files(std::slice::from_ref(pattern), base));
            }
            let mut seen = BTreeSet::new();
            return Ok(found.into_iter().flatten().filter(|file| seen.insert(file.clone())).collect());
        }
    }
    Err(no_files(patterns, folder))
}

fn no_files(patterns: &[String], folder: &Path) -> Fault {
    let what = format!("the schema path {} means no file in {}", patterns.join(", "), folder.display());
    Fault::new("drizzle.no_files", what)
        .help("correct `schema` in drizzle.config; its paths count from the project's folder")
}

fn is_glob(pattern: &str) -> bool {
    pattern.contains(['*', '?', '[', '{'])
}

fn expand(base: &Path, pattern: &str) -> Vec<PathBuf> {
    let whole = joined(base, pattern);
    if !is_glob(pattern) {
        return place_files(&whole);
    }
    let text = whole.display().to_string();
    let Ok(glob) = GlobBuilder::new(&text).literal_separator(true).build() else { return Vec::new() };
    let matcher = glob.compile_matcher();
    let fixed: PathBuf =
        whole.components().take_while(|part| !is_glob(&part.as_os_str().to_string_lossy())).collect();
    let mut found: Vec<PathBuf> =
        walk(&fixed).filter(|path| matcher.is_match(path) && is_schema_script(path)).collect();
    let folders: BTreeSet<PathBuf> =
        walk(&fixed).filter_map(|path| path.parent().map(Path::to_owned)).collect();
    found.extend(
        folders.into_iter().filter(|folder| matcher.is_match(folder)).flat_map(|folder| children(&folder)),
    );
    found.sort();
    found.dedup();
    canonical(found)
}

fn place_files(path: &Path) -> Vec<PathBuf> {
    if path.is_dir() {
        return canonical(children(path));
    }
    if path.is_file() {
        return canonical(vec![path.to_owned()]);
    }
    let with_ending = ["ts", "mts", "js", "mjs"]
        .map(|ending| PathBuf::from([&path.display().to_string(), ".", ending].concat()));
    canonical(with_ending.into_iter().filter(|path| path.is_file()).take(1).collect())
}

fn canonical(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    paths.into_iter().filter_map(|path| path.canonicalize().ok()).collect()
}

/// The folder whose files belong together: the nearest one above that is a repository or a workspace, else the
/// nearest package.
pub(crate) fn root(folder: &Path) -> PathBuf {
    let above = || folder.ancestors();
    let is_workspace = |folder: &&Path| {
        folder.join(".git").exists()
            || folder.join("pnpm-workspace.yaml").is_file()
            || fs::read_to_string(folder.join("package.json"))
                .is_ok_and(|text| text.contains("\"workspaces\""))
    };
    let found =
        above().find(is_workspace).or_else(|| above().find(|folder| folder.join("package.json").is_file()));
    found.unwrap_or(folder).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[&str]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        for file in files {
            fs::create_dir_all(base.join(file).parent().unwrap()).unwrap();
            fs::write(base.join(file), "").unwrap();
        }
        (folder, base)
    }

    fn names(base: &Path, found: &[PathBuf]) -> Vec<String> {
        found.iter().map(|path| path.strip_prefix(base).unwrap().display().to_string()).collect()
    }

    #[test]
    fn tells_configurations_from_schemas() {
        let (_kept, base) =
            project(&["drizzle.config.ts", "drizzle-prod.config.ts", "src/schema.ts", "notes.md"]);
        assert_eq!(input(&base).unwrap(), Input::Config(base.join("drizzle.config.ts")));
        let other = base.join("drizzle-prod.config.ts");
        assert_eq!(input(&other).unwrap(), Input::Config(other));
        assert_eq!(input(&base.join("src")).unwrap(), Input::Files(vec![base.join("src/schema.ts")]));
        assert_eq!(input(&base.join("notes.md")).unwrap_err().kind, "drizzle.not_a_schema");
        assert_eq!(input(&base.join("absent.ts")).unwrap_err().kind, "drizzle.no_such_path");
    }

    #[test]
    fn globs_folders_and_lists() {
        let (_kept, base) = project(&[
            "a/schema.ts",
            "b/deep/schema.ts",
            "b/deep/x.test.ts",
            "lib/one.ts",
            "lib/two.js",
            "lib/z.d.ts",
        ]);
        let find = |patterns: &[&str]| {
            let patterns: Vec<String> = patterns.iter().map(|p| (*p).to_owned()).collect();
            schema_files(&base, &base, &patterns).map(|found| names(&base, &found))
        };
        assert_eq!(find(&["./**/schema.ts"]).unwrap(), ["a/schema.ts", "b/deep/schema.ts"]);
        assert_eq!(find(&["lib"]).unwrap(), ["lib/one.ts", "lib/two.js"]);
        assert_eq!(find(&["./lib/*", "a/schema"]).unwrap(), ["lib/one.ts", "lib/two.js", "a/schema.ts"]);
        assert_eq!(find(&["{a,b}/**/*.ts"]).unwrap(), ["a/schema.ts", "b/deep/schema.ts"]);
        assert_eq!(find(&["absent.ts"]).unwrap_err().kind, "drizzle.no_files");
        assert_eq!(find(&["a/schema.ts", "absent.ts"]).unwrap_err().kind, "drizzle.no_files");
    }

    #[test]
    fn the_root_is_the_repository_or_the_package() {
        let (_kept, base) = project(&[
            "repo/.git/HEAD",
            "repo/packages/db/package.json",
            "lone/package.json",
            "lone/src/a.ts",
        ]);
        assert_eq!(root(&base.join("repo/packages/db")), base.join("repo"));
        assert_eq!(root(&base.join("lone/src")), base.join("lone"));
    }
}
