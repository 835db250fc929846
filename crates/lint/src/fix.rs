//! Writes statements better where a rule knows how.

use facts::report::Report;

use crate::options::Options;
use crate::outcome;
use crate::rule::Edit;
use crate::source::SourceFile;

/// How often files are looked at again after fixing: one fix may make room for another.
const ROUNDS_MAX: usize = 4;

/// Files after fixing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixed {
    /// All files, those without a fix unchanged.
    pub files: Vec<SourceFile>,
    /// How many fixes were made.
    pub count: usize,
    /// What is left.
    pub report: Report,
}

/// Makes every fix that rules offer, until there is none left to make.
pub fn fix(files: &[SourceFile], options: &Options<'_>) -> Fixed {
    let mut files = files.to_vec();
    let mut count = 0;
    for _ in 0..ROUNDS_MAX {
        let found = outcome(&files, options, false);
        let mut made = 0;
        for (file, fixes) in files.iter_mut().zip(&found.fixes) {
            let chosen = apart(fixes);
            made += chosen.len();
            file.text = edited(&file.text, chosen.into_iter().flatten());
        }
        if made == 0 {
            return Fixed { files, count, report: found.report };
        }
        count += made;
    }
    let report = outcome(&files, options, false).report;
    Fixed { files, count, report }
}

/// Fixes that do not touch each other; the first of several in one place wins.
fn apart(fixes: &[Vec<Edit>]) -> Vec<&Vec<Edit>> {
    let mut taken: Vec<parse::Span> = Vec::new();
    let mut chosen = Vec::new();
    for fix in fixes {
        let overlaps = fix.iter().any(|edit| taken.iter().any(|span| touches(edit.span, *span)));
        if !overlaps {
            taken.extend(fix.iter().map(|edit| edit.span));
            chosen.push(fix);
        }
    }
    chosen
}

fn touches(a: parse::Span, b: parse::Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

fn edited<'e>(text: &str, edits: impl Iterator<Item = &'e Edit>) -> String {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.push_str(&text[at..edit.span.start]);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(&text[at..]);
    out
}
