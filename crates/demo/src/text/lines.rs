//! Text in lines of no more than the page's width.

use std::fmt::Write as _;

use model::Interval;

/// The columns a page has at most.
pub(super) const WIDTH: usize = 100;

/// `162 (40-647) ms`: all three in the unit of the largest.
pub(super) fn interval(predicted: &Interval) -> String {
    let (unit, divisor) = match predicted.p90 {
        p90 if p90 >= 60_000.0 => ("min", 60_000.0),
        p90 if p90 >= 1_000.0 => ("s", 1_000.0),
        _ => ("ms", 1.0),
    };
    let number = |ms: f64| match ms / divisor {
        value if value >= 10.0 => format!("{value:.0}"),
        value => format!("{value:.1}"),
    };
    format!("{} ({}-{}) {unit}", number(predicted.p50), number(predicted.p10), number(predicted.p90))
}

/// To which side a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Rows of cells as lines with aligned columns, two spaces in and two between.
pub(super) fn aligned(rows: Vec<Vec<String>>, sides: &[Side]) -> String {
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..sides.len()).map(|at| width(at).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        for ((cell, side), width) in row.iter().zip(sides).zip(&widths) {
            let _ = match side {
                Side::Left => write!(text, "  {cell:<width$}"),
                Side::Right => write!(text, "  {cell:>width$}"),
            };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// Text over as many lines as it takes, each as far in as the first one's mark.
pub(super) fn wrapped(mark: &str, text: &str) -> String {
    let indent = " ".repeat(mark.chars().count());
    let mut lines = vec![mark.to_owned()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { continue };
        let is_empty = line.chars().count() <= indent.len();
        if is_empty || line.chars().count() + word.chars().count() < WIDTH {
            line.push_str(if is_empty { "" } else { " " });
            line.push_str(word);
        } else {
            lines.push(format!("{indent}{word}"));
        }
    }
    lines.join("\n") + "\n"
}

/// A text with its end cut off where it is longer than that.
pub(super) fn shortened(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    text.chars().take(width - 1).chain(['…']).collect()
}

/// `SUX` for `SHARE UPDATE EXCLUSIVE`.
pub(super) fn initials(lock: &str) -> String {
    let initial = |word: &str| if word == "EXCLUSIVE" { Some('X') } else { word.chars().next() };
    lock.split(' ').filter_map(initial).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_wrapped_behind_its_mark() {
        let text = wrapped("  - ", &"word ".repeat(60));
        assert!(text.lines().count() > 2 && text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(text.lines().skip(1).all(|line| line.starts_with("    word")), "{text}");
        assert_eq!(wrapped("  ", "short"), "  short\n");
    }

    #[test]
    fn locks_are_named_by_their_initials() {
        assert_eq!(initials("SHARE UPDATE EXCLUSIVE"), "SUX");
        assert_eq!(initials("ACCESS EXCLUSIVE"), "AX");
        assert_eq!(interval(&Interval { p10: 40.4, p50: 161.6, p90: 646.6 }), "162 (40-647) ms");
        assert_eq!(interval(&Interval { p10: 900.0, p50: 2_000.0, p90: 12_000.0 }), "2.0 (0.9-12) s");
    }
}
