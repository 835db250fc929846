//! Answers: JSON alone on standard output, or text with colours where the terminal takes them.

use std::io::{ErrorKind, Write};

use anstyle::{AnsiColor, Style};
use model::{Category, CheckStatus, Fault, RiskLevel};
use serde::Serialize;

use crate::args::Format;

/// Prints data as JSON, or what `text` makes of it.
///
/// # Errors
/// `cli.format` for a form that only check and lint have.
pub fn give<T: Serialize>(format: Format, data: &T, text: impl FnOnce(&T) -> String) -> Result<(), Fault> {
    match format {
        Format::Json => print_json(data),
        Format::Text => {
            anstream::print!("{}", text(data));
            Ok(())
        }
        _ => Err(Fault::new("cli.format", "this command answers in text or json")
            .help("sarif, github and markdown are forms of check and lint")),
    }
}

/// Prints data as JSON on standard output.
///
/// # Errors
/// `cli.output` when standard output cannot be written.
pub fn print_json<T: Serialize>(data: &T) -> Result<(), Fault> {
    // As it is made: the answer for thousands of files is never in memory as a whole.
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    let written = serde_json::to_writer_pretty(&mut out, data).map_err(std::io::Error::from);
    taken(written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()))
}

/// Prints what a program reads, as it is and ended by a newline: nothing in it is a colour to be taken out. A
/// reader that has had enough is no error.
///
/// # Errors
/// `cli.output` when standard output cannot be written.
pub fn print_data(data: &str) -> Result<(), Fault> {
    let mut out = std::io::stdout().lock();
    let ending = if data.is_empty() || data.ends_with('\n') { "" } else { "\n" };
    taken(
        out.write_all(data.as_bytes())
            .and_then(|()| out.write_all(ending.as_bytes()))
            .and_then(|()| out.flush()),
    )
}

/// A reader that has had enough is no error.
fn taken(written: std::io::Result<()>) -> Result<(), Fault> {
    match written {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Fault::new("cli.output", "the answer could not be written to standard output").cause(error))
        }
        _ => Ok(()),
    }
}

/// A style by colour, bold where it matters.
pub const fn colour(colour: AnsiColor, bold: bool) -> Style {
    let style = Style::new().fg_color(Some(anstyle::Color::Ansi(colour)));
    if bold { style.bold() } else { style }
}

/// Text in a style.
pub fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// A category in its colour.
pub fn category(category: Category) -> String {
    let style = match category {
        Category::Safe => colour(AnsiColor::Green, false),
        Category::Risky => colour(AnsiColor::Yellow, true),
        Category::Dangerous => colour(AnsiColor::Red, true),
    };
    paint(style, category)
}

/// A risk level in its colour.
pub fn level(level: RiskLevel) -> String {
    let style = match level {
        RiskLevel::Low => colour(AnsiColor::Green, false),
        RiskLevel::Medium => colour(AnsiColor::Yellow, false),
        RiskLevel::High => colour(AnsiColor::Yellow, true),
        RiskLevel::Critical => colour(AnsiColor::Red, true),
    };
    paint(style, level)
}

/// A checklist's mark.
pub fn mark(status: CheckStatus) -> String {
    match status {
        CheckStatus::Pass => paint(colour(AnsiColor::Green, false), "pass   "),
        CheckStatus::Fail => paint(colour(AnsiColor::Red, true), "fail   "),
        CheckStatus::Unknown => paint(colour(AnsiColor::Yellow, false), "unknown"),
    }
}

/// A heading.
pub fn heading(text: &str) -> String {
    paint(Style::new().bold(), text)
}
