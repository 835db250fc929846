//! Where something stands in a source file.

use std::fmt;
use std::path::{Path, PathBuf};

/// A place in a file, counted from 1.
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

/// A line and a column, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineColumn {
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl LineColumn {
    pub(crate) fn in_file(self, file: &Path) -> Place {
        Place { file: file.to_owned(), line: self.line, column: self.column }
    }
}

/// The line and column of a byte offset.
pub(crate) fn line_and_column(text: &str, offset: u32) -> LineColumn {
    let mut end = (offset as usize).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.bytes().filter(|byte| *byte == b'\n').count() as u32 + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    LineColumn { line, column: before[start..].chars().count() as u32 + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_from_one_in_characters() {
        let text = "ab\nçd\n";
        assert_eq!(line_and_column(text, 0), LineColumn { line: 1, column: 1 });
        assert_eq!(line_and_column(text, 5), LineColumn { line: 2, column: 2 });
        assert_eq!(line_and_column(text, 99), LineColumn { line: 3, column: 1 });
    }
}
