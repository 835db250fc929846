//! The folders of `cases/`: a change as a user makes it for each recipe, with rows.

use std::fs;
use std::path::{Path, PathBuf};

/// One folder.
#[derive(Debug, Clone)]
pub struct Case {
    /// The folder's name.
    pub name: String,
    /// The schema as it is.
    pub before: String,
    /// The schema as it is wanted.
    pub after: String,
    /// Its rows.
    pub data: String,
    /// Renames, which only a person can tell: `public.funds.vintage=vintage_year`.
    pub renames: Vec<String>,
}

impl Case {
    fn read(folder: &Path) -> Self {
        let text = |file: &str| {
            let read = fs::read_to_string(folder.join(file));
            read.unwrap_or_else(|error| panic!("{}: {error}", folder.join(file).display()))
        };
        let flags = fs::read_to_string(folder.join("flags")).unwrap_or_default();
        let words: Vec<&str> = flags.split_whitespace().collect();
        let renames = words.windows(2).filter(|pair| pair[0] == "--rename").map(|pair| pair[1].to_owned());
        Self {
            name: folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
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

/// All cases of the workspace, by name.
///
/// # Panics
/// When one cannot be read.
pub fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../cases");
    let entries = fs::read_dir(folder).expect("there are cases").flatten().map(|entry| entry.path());
    let mut folders: Vec<PathBuf> = entries.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.iter().map(|folder| Case::read(folder)).collect()
}
