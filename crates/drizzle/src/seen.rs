//! What a reading looked at: as long as none of it changes, reading again says the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::locate;

/// Everything on the disk that a reading depended on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seen {
    /// The files that were read, with the SHA-256 of each.
    files: BTreeMap<PathBuf, String>,
    /// The files that were looked for and were not there; an import leads elsewhere once they are.
    absent: BTreeSet<PathBuf>,
    /// The path that was asked for, and what it was taken for.
    asked: PathBuf,
    /// The project's root.
    root: PathBuf,
    /// The folder and the `schema` paths of the configuration, and the files they mean.
    schema: Option<(PathBuf, Vec<String>)>,
    schema_files: Vec<PathBuf>,
    /// Whether the project's code looked at folders itself, which is not followed.
    browsed: bool,
}

impl Seen {
    /// What a reading of this path looked at.
    pub(crate) fn new(
        asked: &Path,
        root: &Path,
        schema: Option<(PathBuf, Vec<String>)>,
        schema_files: Vec<PathBuf>,
    ) -> Self {
        let asked = asked.canonicalize().unwrap_or_else(|_| asked.to_owned());
        Self { asked, root: root.to_owned(), schema, schema_files, ..Self::default() }
    }

    /// Adds a file that was read. The first look counts.
    pub(crate) fn add_file(&mut self, path: &Path, text: &str) {
        if !self.files.contains_key(path) {
            self.files.insert(path.to_owned(), digest(text));
        }
    }

    pub(crate) fn add_absent(&mut self, path: &Path) {
        self.absent.insert(path.to_owned());
    }

    pub(crate) fn browse(&mut self) {
        self.browsed = true;
    }

    pub(crate) fn files(&self) -> Vec<PathBuf> {
        self.files.keys().cloned().collect()
    }

    /// The files, those looked for in vain, and the browsing of another one, added to this.
    pub(crate) fn with(self, other: Self) -> Self {
        Self { files: other.files, absent: other.absent, browsed: other.browsed, ..self }
    }

    /// Whether a reading now would look at the same things and find them as they were.
    pub fn is_unchanged(&self) -> bool {
        !self.browsed && self.means_the_same() && self.holds_the_same()
    }

    fn means_the_same(&self) -> bool {
        let Ok(input) = locate::input(&self.asked) else { return false };
        let folder = input.folder();
        if locate::root(&folder) != self.root {
            return false;
        }
        match (&self.schema, input) {
            (Some((folder, patterns)), locate::Input::Config(_)) => {
                locate::schema_files(folder, &self.root, patterns)
                    .is_ok_and(|files| files == self.schema_files)
            }
            (None, locate::Input::Files(files)) => files == self.schema_files,
            _ => false,
        }
    }

    fn holds_the_same(&self) -> bool {
        let same = |path: &PathBuf, known: &String| {
            std::fs::read_to_string(path).is_ok_and(|text| digest(&text) == *known)
        };
        self.absent.iter().all(|path| !path.exists())
            && self.files.iter().all(|(path, known)| same(path, known))
    }
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().canonicalize().unwrap();
        let (schema, other) = (base.join("schema.ts"), base.join("other.ts"));
        std::fs::write(base.join("package.json"), "{}").unwrap();
        std::fs::write(&schema, "a").unwrap();
        let mut seen = Seen::new(&base, &base, None, vec![schema.clone()]);
        seen.add_file(&schema, "a");
        seen.add_absent(&base.join("x.ts.d"));
        assert!(seen.is_unchanged());
        std::fs::write(&schema, "b").unwrap();
        assert!(!seen.is_unchanged(), "another content");
        std::fs::write(&schema, "a").unwrap();
        std::fs::write(&other, "").unwrap();
        assert!(!seen.is_unchanged(), "another file of the schema");
        std::fs::remove_file(&other).unwrap();
        std::fs::write(base.join("x.ts.d"), "").unwrap();
        assert!(!seen.is_unchanged(), "what was not there is");
    }
}
