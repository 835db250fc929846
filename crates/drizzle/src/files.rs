//! The part of the disk that a project's code may see.

use std::collections::BTreeSet;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oxc_resolver::{FileMetadata, FileSystem, FileSystemOs, ResolveError};

use crate::seen::Seen;

/// Files below the project's root, and packages reached through a `node_modules` folder.
///
/// A package manager may keep packages anywhere (pnpm's store, a linked workspace); a package counts as
/// reached when a `node_modules` folder leads to it. Nothing else can be read.
#[derive(Debug)]
pub(crate) struct Files {
    root: PathBuf,
    packages: Mutex<BTreeSet<PathBuf>>,
    seen: Mutex<Seen>,
    lenient: Mutex<bool>,
}

impl Files {
    /// The files of the project below `root`, which must be canonical.
    pub(crate) fn new(root: PathBuf) -> Self {
        Self { root, packages: Mutex::default(), seen: Mutex::default(), lenient: Mutex::default() }
    }

    /// The project's root folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Lets the folder of a package that `node_modules` led to be read.
    pub(crate) fn admit_package(&self, folder: &Path) {
        lock(&self.packages).insert(folder.to_owned());
    }

    /// Whether a canonical path is the project's or an admitted package's.
    pub(crate) fn admits(&self, path: &Path) -> bool {
        path.starts_with(&self.root) || lock(&self.packages).iter().any(|folder| path.starts_with(folder))
    }

    /// Whether a file belongs to a package rather than to the project itself.
    pub(crate) fn is_package(&self, path: &Path) -> bool {
        in_node_modules(path) || !path.starts_with(&self.root)
    }

    /// Reads a text file.
    ///
    /// # Errors
    /// When the file is not visible, or cannot be read as UTF-8.
    pub(crate) fn read(&self, path: &Path) -> io::Result<String> {
        if !self.admits(path) && !in_node_modules(path) {
            return Err(io::Error::new(io::ErrorKind::NotFound, "outside the project"));
        }
        let text = std::fs::read_to_string(path).inspect_err(|_| lock(&self.seen).add_absent(path))?;
        lock(&self.seen).add_file(path, &text);
        Ok(text)
    }

    /// Every file read so far.
    pub(crate) fn files_read(&self) -> Vec<PathBuf> {
        lock(&self.seen).files()
    }

    /// What was read and looked for so far.
    pub(crate) fn seen(&self) -> Seen {
        lock(&self.seen).clone()
    }

    /// The project's code looks at folders itself.
    pub(crate) fn browse(&self) {
        lock(&self.seen).browse();
    }

    /// From now on a tsconfig's `extends` that names a package is passed over.
    pub(crate) fn pass_over_extends(&self) {
        *lock(&self.lenient) = true;
    }

    fn visible(&self, path: &Path) -> io::Result<()> {
        let seen = in_node_modules(path) || self.admits(path) || self.root.starts_with(path);
        seen.then_some(()).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

/// Whether a path goes through a folder named `node_modules`.
pub(crate) fn in_node_modules(path: &Path) -> bool {
    path.components().any(|part| matches!(part, Component::Normal(name) if name == "node_modules"))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // The data is a plain set: a panic elsewhere leaves it usable.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The resolver's view of [`Files`].
pub(crate) struct View(pub(crate) Arc<Files>);

impl FileSystem for View {
    fn new() -> Self {
        Self(Arc::new(Files::new(PathBuf::from("/"))))
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_to_string(path).map(String::into_bytes)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        self.0.visible(path)?;
        let text = std::fs::read_to_string(path)?;
        lock(&self.0.seen).add_file(path, &text);
        let is_tsconfig = path.extension().is_some_and(|e| e == "json") && !path.ends_with("package.json");
        if is_tsconfig && *lock(&self.0.lenient) {
            return Ok(text.replace("\"extends\"", "\"extends of a package that is not installed\""));
        }
        Ok(text)
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.visible(path)?;
        FileSystemOs::metadata(path).inspect_err(|_| lock(&self.0.seen).add_absent(path))
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        FileSystemOs::symlink_metadata(path)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        FileSystemOs::read_link(path)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        FileSystemOs::canonicalize(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_the_project_and_admitted_packages_only() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        for name in ["project/a.ts", "outside/b.ts", "store/pkg/c.js"] {
            std::fs::create_dir_all(base.join(name).parent().unwrap()).unwrap();
            std::fs::write(base.join(name), "x").unwrap();
        }
        let files = Files::new(base.join("project"));
        assert!(files.read(&base.join("project/a.ts")).is_ok());
        assert!(files.read(&base.join("outside/b.ts")).is_err());
        assert!(files.read(&base.join("store/pkg/c.js")).is_err());
        files.admit_package(&base.join("store/pkg"));
        assert!(files.read(&base.join("store/pkg/c.js")).is_ok());
        assert_eq!(files.files_read(), [base.join("project/a.ts"), base.join("store/pkg/c.js")]);
    }
}
