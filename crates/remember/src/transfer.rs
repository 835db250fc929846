//! Import and export: JSON lines, the same for every store.

use std::io::{BufRead, Write};

use model::Fault;
use serde::{Deserialize, Serialize};

use crate::filing::append;
use crate::{Entry, Memory};

/// What the lines of this version look like.
const VERSION: u32 = 1;

/// The entries that are written in one transaction, and read in one go.
const CHUNK: u32 = 1_000;

/// The first line of an export.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    lockkeeper_memory: u32,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Imported {
    /// Entries that were new.
    pub new: usize,
    /// Entries that were there already.
    pub known: usize,
}

impl Memory {
    /// Writes every entry of this tenant as a line of JSON, in the order they were written, after a
    /// line that names the version. Answers how many.
    ///
    /// # Errors
    /// When the store cannot be read or the output not written.
    pub fn export(&self, output: &mut dyn Write) -> Result<usize, Fault> {
        write_line(output, &Header { lockkeeper_memory: VERSION })?;
        let (mut count, mut after) = (0, 0);
        loop {
            let page = self.with_store(|store| store.page(self.tenant(), after, CHUNK))?;
            let Some((last, _)) = page.last() else { break };
            after = *last;
            for (_, entry) in &page {
                write_line(output, entry)?;
            }
            count += page.len();
        }
        output.flush().map_err(unwritable)?;
        Ok(count)
    }

    /// Reads what [`export`](Self::export) wrote. What was imported before is known, and changes
    /// nothing. With `adopt`, entries of other tenants become this tenant's; otherwise they are refused.
    ///
    /// # Errors
    /// When a line is no entry, is of another tenant, or the store cannot be written. Entries of up to
    /// a thousand lines before that line are kept; importing again continues.
    pub fn import(&self, input: &mut dyn BufRead, adopt: bool) -> Result<Imported, Fault> {
        let mut imported = Imported::default();
        let mut chunk = Vec::new();
        for (at, line) in input.lines().enumerate() {
            let line =
                line.map_err(|error| Fault::new("memory.import", "the input cannot be read").cause(error))?;
            chunk.extend(self.entry_of(&line, at + 1, adopt)?);
            if chunk.len() == CHUNK as usize {
                self.import_chunk(&mut chunk, &mut imported)?;
            }
        }
        self.import_chunk(&mut chunk, &mut imported)?;
        Ok(imported)
    }

    fn import_chunk(&self, chunk: &mut Vec<Entry>, imported: &mut Imported) -> Result<(), Fault> {
        let new = self.with_store(|store| append(store, self.embedder(), chunk))?;
        imported.new += new;
        imported.known += chunk.len() - new;
        chunk.clear();
        Ok(())
    }

    /// The entry in a line; none in an empty line and in the header.
    fn entry_of(&self, line: &str, number: usize, adopt: bool) -> Result<Option<Entry>, Fault> {
        if line.trim().is_empty() || (number == 1 && is_header(line)?) {
            return Ok(None);
        }
        let entry: Entry = serde_json::from_str(line).map_err(|error| {
            Fault::new("memory.import", "this is no entry of a memory")
                .at(format!("line {number}"))
                .cause(error)
                .help("`lockkeeper memory export` writes such lines; what people tell goes to `lockkeeper memory add`")
        })?;
        match (&entry.tenant == self.tenant(), adopt) {
            (true, _) => Ok(Some(entry)),
            (false, true) => Ok(Some(Entry { tenant: self.tenant().clone(), ..entry })),
            (false, false) => Err(Fault::new(
                "memory.import",
                format!("this entry is of tenant {}, and the memory of {}", entry.tenant, self.tenant()),
            )
            .at(format!("line {number}"))
            .help("import into that tenant, or say that this one adopts the entries")),
        }
    }
}

fn is_header(line: &str) -> Result<bool, Fault> {
    match serde_json::from_str::<Header>(line) {
        Err(_) => Ok(false),
        Ok(Header { lockkeeper_memory: VERSION }) => Ok(true),
        Ok(Header { lockkeeper_memory }) => Err(Fault::new(
            "memory.newer",
            format!(
                "this export has version {lockkeeper_memory}, and this Lockkeeper knows version {VERSION}"
            ),
        )
        .help("use the newer Lockkeeper that wrote it")),
    }
}

fn write_line(output: &mut dyn Write, value: &impl Serialize) -> Result<(), Fault> {
    let mut line = serde_json::to_vec(value)
        .map_err(|error| Fault::new("memory.export", "an entry cannot be written").cause(error))?;
    line.push(b'\n');
    output.write_all(&line).map_err(unwritable)
}

fn unwritable(error: std::io::Error) -> Fault {
    Fault::new("memory.export", "the output cannot be written").cause(error)
}
