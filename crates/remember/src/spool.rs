//! Where entries wait while their store is down: one file of JSON lines beside the memory.
//!
//! An entry has the same id wherever it waits, and a store takes an id once; so a replay that was
//! cut short is simply done again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use fs4::FileExt;

use crate::Entry;

/// The file of waiting entries.
#[derive(Debug, Clone)]
pub(crate) struct Spool {
    path: PathBuf,
}

impl Spool {
    /// The spool in this file, which need not exist.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether anything waits.
    pub(crate) fn has_entries(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|file| file.len() > 0)
    }

    /// Lets entries wait; once this returns they survive the death of the process and of the machine.
    pub(crate) fn push(&self, entries: &[Entry]) -> io::Result<()> {
        let mut file = self.locked()?;
        let mut lines = Vec::new();
        if ends_within_a_line(&mut file)? {
            lines.push(b'\n');
        }
        for entry in entries {
            serde_json::to_writer(&mut lines, entry)?;
            lines.push(b'\n');
        }
        file.write_all(&lines)?;
        file.sync_data()
    }

    /// Hands every waiting entry to `take`, and empties the file once it has them. Processes take turns.
    pub(crate) fn drain<E: From<io::Error>>(
        &self,
        take: impl FnOnce(Vec<Entry>) -> Result<(), E>,
    ) -> Result<usize, E> {
        let file = self.locked()?;
        let mut entries = Vec::new();
        for line in BufReader::new(&file).split(b'\n') {
            let line = line?;
            match serde_json::from_slice::<Entry>(&line) {
                Ok(entry) => entries.push(entry),
                Err(_) if line.is_empty() => {}
                Err(_) => self.put_aside(&line)?,
            }
        }
        let count = entries.len();
        if count > 0 {
            take(entries)?;
        }
        file.set_len(0)?;
        Ok(count)
    }

    /// Keeps a line that cannot be read: cut short by a death, or written by a newer version.
    fn put_aside(&self, line: &[u8]) -> io::Result<()> {
        let path = self.path.with_extension("unreadable.jsonl");
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(&[line, b"\n"].concat())
    }

    /// The file, locked until it is closed.
    fn locked(&self) -> io::Result<File> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        FileExt::lock(&file)?;
        Ok(file)
    }
}

/// Whether the last line was cut short; what is appended next must not become a part of it.
fn ends_within_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}
