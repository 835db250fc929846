//! Where in the TypeScript something is declared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::described::Origins;
use crate::files::Files;
use crate::place::{Lines, Place};
use crate::script::{Declaration, Script};

/// Finds declarations in the project's evaluated files.
pub(crate) struct Origin<'a> {
    scripts: &'a BTreeMap<PathBuf, Script>,
    texts: BTreeMap<&'a Path, Lines>,
}

impl<'a> Origin<'a> {
    pub(crate) fn new(scripts: &'a BTreeMap<PathBuf, Script>, files: &Files) -> Self {
        let texts = scripts
            .keys()
            .filter_map(|path| Some((path.as_path(), Lines::new(files.read(path).ok()?))))
            .collect();
        Self { scripts, texts }
    }

    /// Where the object exported under these names is declared; the file alone where the declaration is not plain.
    pub(crate) fn place(&self, origins: &Origins) -> Option<Place> {
        if let Some((file, declaration)) = self.declaration(origins) {
            return self.at(file, declaration.offset);
        }
        let (file, _) = origins.first()?;
        Some(Place { file: file.clone(), line: 1, column: 1 })
    }

    /// Where a table's column is declared.
    pub(crate) fn key(&self, origins: &Origins, key: &str) -> Option<Place> {
        let (file, declaration) = self.declaration(origins)?;
        let (_, offset) = declaration.keys.iter().find(|(name, _)| name == key)?;
        self.at(file, *offset)
    }

    /// The export in the file that declares it, rather than passes it on.
    pub(crate) fn declaration(&self, origins: &Origins) -> Option<(&'a Path, &'a Declaration)> {
        origins.iter().find_map(|(file, name)| {
            let (file, script) = self.scripts.get_key_value(file)?;
            let declaration = script.declarations.iter().find(|declaration| declaration.name == *name)?;
            Some((file.as_path(), declaration))
        })
    }

    fn at(&self, file: &Path, offset: u32) -> Option<Place> {
        Some(self.texts.get(file)?.place(file, offset))
    }
}
