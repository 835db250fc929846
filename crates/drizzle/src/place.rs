//! Where something stands in a source file.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a file, counted from 1; columns are characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.line, self.column)
    }
}

/// A text with the offsets its lines start at.
#[derive(Debug)]
pub(crate) struct Lines {
    text: String,
    starts: Vec<usize>,
}

impl Lines {
    pub(crate) fn new(text: String) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(ends).collect();
        Self { text, starts }
    }

    /// The place of a byte offset.
    pub(crate) fn place(&self, file: &Path, offset: u32) -> Place {
        let offset = (offset as usize).min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let before = &self.text.as_bytes()[self.starts[line - 1]..offset];
        // A character is counted at its first byte.
        let column = before.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u32 + 1;
        Place { file: file.to_owned(), line: line as u32, column }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_one_in_characters() {
        let lines = Lines::new("ab\nçd\n".into());
        let at = |offset| {
            let place = lines.place(Path::new("a.ts"), offset);
            (place.line, place.column)
        };
        assert_eq!(
            [at(0), at(2), at(3), at(5), at(6), at(99)],
            [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1)]
        );
    }
}
