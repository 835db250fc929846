//! Finds the file that an import means: node's rules for packages, TypeScript's for the project itself.

mod builtin;
mod options;

pub(crate) use builtin::builtin;

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use model::Fault;
use oxc_resolver::{ResolveError, ResolverGeneric};

use crate::files::{Files, View};
use crate::script;
use options::{package_options, project_options};

/// What an import leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// A file, by its canonical path.
    File(PathBuf),
    /// A module of node itself, without `node:`.
    Builtin(String),
    /// A module with nothing in it (`server-only`, a path the package blanks out).
    Empty,
    /// A package, or an alias, that is not installed.
    Absent(String),
}

/// How a module asks for another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Asks {
    /// By `import`.
    Import,
    /// By `require`.
    Require,
}

/// Resolves imports within what [`Files`] shows.
pub(crate) struct Resolver {
    files: Arc<Files>,
    /// For the project's files: TypeScript endings, tsconfig paths.
    project: [ResolverGeneric<View>; 2],
    /// For the files of packages: node's rules alone.
    package: [ResolverGeneric<View>; 2],
}

impl Resolver {
    pub(crate) fn new(files: Arc<Files>) -> Self {
        let first =
            ResolverGeneric::new_with_file_system(View(Arc::clone(&files)), project_options(Asks::Import));
        let required = first.clone_with_options(project_options(Asks::Require));
        let package =
            [Asks::Import, Asks::Require].map(|asks| first.clone_with_options(package_options(asks)));
        Self { files, project: [first, required], package }
    }

    /// What `specifier` means in the file `importer`.
    ///
    /// # Errors
    /// When a relative import leads nowhere or out of the project.
    pub(crate) fn resolve(&self, importer: &Path, specifier: &str, asks: Asks) -> Result<Target, Fault> {
        if let Some(builtin) = builtin(specifier) {
            return Ok(Target::Builtin(builtin.to_owned()));
        }
        if specifier == "drizzle-kit" {
            // All a project takes of it is `defineConfig`, which returns what it is given.
            return Ok(Target::Builtin(specifier.to_owned()));
        }
        if matches!(specifier, "server-only" | "client-only") {
            return Ok(Target::Empty);
        }
        let specifier = specifier.strip_prefix("file://").unwrap_or(specifier);
        if let Some(path) = self.beside(importer, specifier) {
            return Ok(Target::File(path));
        }
        match self.search(importer, specifier, asks) {
            Ok((path, package)) => self.admit(importer, specifier, path, package),
            Err(ResolveError::Ignored(_)) => Ok(Target::Empty),
            Err(_) if is_bare(specifier) => Ok(Target::Absent(package_name(specifier).to_owned())),
            Err(_) => Err(missing(importer, specifier).at(self.asked_at(importer, specifier))),
        }
    }

    /// Where a file imports something.
    fn asked_at(&self, importer: &Path, specifier: &str) -> String {
        let text = self.files.read(importer).unwrap_or_default();
        let place = script::import_place(importer, &text, specifier);
        place.map_or_else(|| importer.display().to_string(), |place| place.to_string())
    }

    /// The short way: a package's file that names its neighbour in full.
    fn beside(&self, importer: &Path, specifier: &str) -> Option<PathBuf> {
        if is_bare(specifier) || !self.files.is_package(importer) {
            return None;
        }
        let path = joined(importer.parent()?, specifier);
        (path.extension().is_some() && self.files.admits(&path) && path.is_file()).then_some(path)
    }

    fn search(
        &self,
        importer: &Path,
        specifier: &str,
        asks: Asks,
    ) -> Result<(PathBuf, Option<PathBuf>), ResolveError> {
        let family = if self.files.is_package(importer) { &self.package } else { &self.project };
        let resolver = &family[asks as usize];
        let found = match resolver.resolve_file(importer, specifier) {
            Err(error) if is_tsconfig_error(&error) => {
                self.files.pass_over_extends();
                resolver.clear_cache();
                match resolver.resolve_file(importer, specifier) {
                    Err(error) if is_tsconfig_error(&error) => {
                        self.package[asks as usize].resolve_file(importer, specifier)
                    }
                    other => other,
                }
            }
            other => other,
        }?;
        let package = found.package_json().and_then(|json| json.realpath().parent().map(Path::to_owned));
        Ok((found.into_path_buf(), package))
    }

    fn admit(
        &self,
        importer: &Path,
        specifier: &str,
        path: PathBuf,
        package: Option<PathBuf>,
    ) -> Result<Target, Fault> {
        if !self.files.admits(&path) {
            if !is_bare(specifier) {
                let place = self.asked_at(importer, specifier);
                return Err(outside(importer, specifier, self.files.root()).at(place));
            }
            if let Some(package) = package.or_else(|| path.parent().map(Path::to_owned)) {
                self.files.admit_package(&package);
            }
        }
        Ok(Target::File(path))
    }
}

fn missing(importer: &Path, specifier: &str) -> Fault {
    Fault::new(
        "drizzle.import_missing",
        format!("cannot find \"{specifier}\", which {} imports", importer.display()),
    )
    .help("check the path, or generate the file if a build step writes it")
}

fn outside(importer: &Path, specifier: &str, root: &Path) -> Fault {
    let what = format!(
        "{} imports \"{specifier}\", which is outside the project {}",
        importer.display(),
        root.display()
    );
    Fault::new("drizzle.outside", what)
        .help("the project's code sees its own folder and its node_modules only; move the file, or make it a package")
}

/// Whether a specifier names a package or an alias, rather than a file by its path.
pub(crate) fn is_bare(specifier: &str) -> bool {
    !(specifier.starts_with("./")
        || specifier.starts_with("../")
        || specifier == "."
        || specifier == ".."
        || specifier.starts_with('/'))
}

/// The package of `@scope/name/path` or `name/path`.
pub(crate) fn package_name(specifier: &str) -> &str {
    let parts = if specifier.starts_with('@') { 2 } else { 1 };
    let end = specifier.match_indices('/').nth(parts - 1).map_or(specifier.len(), |(at, _)| at);
    &specifier[..end]
}

/// The package whose file this is, by the last `node_modules` on its path.
pub(crate) fn package_of(path: &Path) -> Option<String> {
    let text = path.to_str()?;
    let (_, rest) = text.rsplit_once("/node_modules/")?;
    Some(package_name(rest).to_owned())
}

/// `folder` and `relative` put together, with `.` and `..` worked out.
pub(crate) fn joined(folder: &Path, relative: &str) -> PathBuf {
    let mut path = folder.to_owned();
    for part in Path::new(relative).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                path.pop();
            }
            other => path.push(other),
        }
    }
    path
}

fn is_tsconfig_error(error: &ResolveError) -> bool {
    match error {
        ResolveError::TsconfigNotFound(_)
        | ResolveError::TsconfigSelfReference(_)
        | ResolveError::TsconfigCircularExtend(_)
        | ResolveError::TsconfigLoadFailed { .. } => true,
        ResolveError::Json(error) => error.path.to_string_lossy().contains("tsconfig"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_packages_and_builtins() {
        assert_eq!(package_name("@a/b/c"), "@a/b");
        assert_eq!(package_name("a/b"), "a");
        assert_eq!(
            package_of(Path::new("/x/node_modules/.pnpm/a@1/node_modules/@s/a/i.js")).as_deref(),
            Some("@s/a")
        );
        assert_eq!(builtin("node:test"), Some("test"));
        assert_eq!(builtin("fs/promises"), Some("fs/promises"));
        assert_eq!(builtin("events/x"), None);
        assert_eq!(builtin("zod"), None);
        assert!(is_bare("zod") && is_bare("@/db") && !is_bare("./a") && !is_bare(".."));
        assert_eq!(joined(Path::new("/a/b"), "../c/./d.js"), Path::new("/a/c/d.js"));
    }
}
