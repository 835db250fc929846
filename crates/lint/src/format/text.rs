//! Text with excerpts of the source, for people at a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use facts::report::Report;
use model::{Category, Finding};
use parse::Lines;

use super::counted;
use crate::source::SourceFile;

/// What stands before and after a word to mark it; empty where there are no colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Before `safe`.
    pub safe: &'static str,
    /// Before `risky`.
    pub risky: &'static str,
    /// Before `dangerous`.
    pub dangerous: &'static str,
    /// Before line numbers and rulers.
    pub dim: &'static str,
    /// After any of them.
    pub reset: &'static str,
}

impl Style {
    /// ANSI colours.
    pub const COLOURS: Self = Self {
        safe: "\u{1b}[36m",
        risky: "\u{1b}[33m",
        dangerous: "\u{1b}[31m",
        dim: "\u{1b}[2m",
        reset: "\u{1b}[0m",
    };

    fn of(&self, category: Category) -> &'static str {
        match category {
            Category::Safe => self.safe,
            Category::Risky => self.risky,
            Category::Dangerous => self.dangerous,
        }
    }
}

/// Each finding with the line it is about, then a line that counts.
pub fn text(report: &Report, files: &[SourceFile], style: &Style) -> String {
    let sources: BTreeMap<&str, (&str, Lines)> =
        files.iter().map(|file| (file.path.as_str(), (file.text.as_str(), Lines::new(&file.text)))).collect();
    let mut out = String::new();
    for finding in &report.findings {
        let source = sources.get(finding.file.as_str());
        let line = source.map(|(text, lines)| lines.text(text, finding.line)).unwrap_or_default();
        one(finding, line, style, &mut out);
    }
    out.push_str(&summary(report));
    out
}

fn one(finding: &Finding, line: &str, style: &Style, out: &mut String) {
    let (mark, dim, reset) = (style.of(finding.category), style.dim, style.reset);
    let number = finding.line.to_string();
    let margin = " ".repeat(number.len());
    // Writing to a String cannot fail.
    let _ = writeln!(out, "{mark}{}{reset}[{}]: {}", finding.category, finding.rule, finding.message);
    let _ = writeln!(out, "{margin}{dim}-->{reset} {}:{}:{}", finding.file, finding.line, finding.column);
    let _ = writeln!(out, "{margin} {dim}|{reset}");
    let _ = writeln!(out, "{dim}{number} |{reset} {line}");
    let before: String = line.chars().take(finding.column.saturating_sub(1) as usize).map(blank).collect();
    let _ = writeln!(out, "{margin} {dim}|{reset} {before}{mark}^{reset}");
    for (at, help) in finding.help.lines().enumerate() {
        let lead = if at == 0 { "= help: " } else { "        " };
        let _ = writeln!(out, "{margin} {dim}{lead}{reset}{help}");
    }
    out.push('\n');
}

/// Tabs stay, so that the mark stands under its column.
fn blank(c: char) -> char {
    if c == '\t' { '\t' } else { ' ' }
}

fn summary(report: &Report) -> String {
    let of = |category| report.findings.iter().filter(|finding| finding.category == category).count();
    let statements = counted(report.statements.len(), "statement");
    match report.findings.len() {
        0 => format!("{statements}, nothing found\n"),
        found => format!(
            "{statements}, {}: {} dangerous, {} risky, {} advice\n",
            counted(found, "finding"),
            of(Category::Dangerous),
            of(Category::Risky),
            of(Category::Safe)
        ),
    }
}
