//! Where code uses what goes or is renamed.

use model::{Category, Change, Finding};

use crate::Input;

/// A place in code that uses an object that goes or is renamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeUse {
    /// The file, relative to the project; for code in the database what holds it: `view public.v`.
    pub file: String,
    /// The line, from 1; 0 where there are no lines to count.
    pub line: u32,
    /// The line's text, shortened.
    pub text: String,
    /// Whether it stands in the database and in no file.
    pub in_database: bool,
}

impl CodeUse {
    /// `src/app.ts:12`.
    pub(crate) fn place(&self) -> String {
        if self.line == 0 { self.file.clone() } else { format!("{}:{}", self.file, self.line) }
    }

    fn finding(&self, object: &str) -> Finding {
        let (file, line) = if self.in_database { (String::new(), 0) } else { (self.file.clone(), self.line) };
        Finding {
            column: line.min(1),
            file,
            line,
            rule: "still-used".to_owned(),
            category: Category::Dangerous,
            message: format!("{} uses {object}", self.place()),
            help: "deploy code that does not use it before it goes".to_owned(),
        }
    }
}

/// How many places become findings of their own; the red flag tells how many there are.
const FINDINGS_MAX: usize = 100;

impl Input<'_> {
    /// What a change takes away under the name that code knows, and the places that use it; none where the
    /// change takes nothing away, or no code was searched.
    pub(crate) fn uses(&self, change: &Change) -> Option<(String, &[CodeUse])> {
        let object = match change {
            Change::DropColumn { .. } | Change::Drop { .. } => change.object().to_string(),
            Change::RenameColumn { table, from, .. } => format!("{table}.{from}"),
            Change::RenameTable { from, .. } => from.to_string(),
            _ => return None,
        };
        let uses = self.code_uses?.get(&object)?;
        Some((object, uses))
    }

    /// A finding at each place.
    pub(crate) fn use_findings(&self, change: &Change) -> Vec<Finding> {
        let found = self.uses(change);
        let each = |(object, uses): (String, &[CodeUse])| {
            uses.iter().take(FINDINGS_MAX).map(|place| place.finding(&object)).collect()
        };
        found.map(each).unwrap_or_default()
    }
}
