//! The folders of `cases/`: a change as a user makes it for each recipe, with rows.

use std::fs;
use std::path::{Path, PathBuf};

/// One folder.
pub struct Case {
    pub name: String,
    pub before: String,
    pub after: String,
    pub data: String,
    /// Renames, which only a person can tell.
    pub renames: Vec<String>,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let text = |file: &str| fs::read_to_string(folder.join(file)).unwrap();
        let flags = fs::read_to_string(folder.join("flags")).unwrap_or_default();
        let words: Vec<&str> = flags.split_whitespace().collect();
        let renames = words.windows(2).filter(|pair| pair[0] == "--rename").map(|pair| pair[1].to_owned());
        Self {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            before: text("before.sql"),
            after: text("after.sql"),
            data: text("data.sql"),
            renames: renames.collect(),
        }
    }

    /// The renames as the planner is told them.
    pub fn renames(&self) -> Vec<&str> {
        self.renames.iter().map(String::as_str).collect()
    }
}

/// All cases, by name.
pub fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let entries = fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.iter().map(|folder| Case::read(folder)).collect()
}
