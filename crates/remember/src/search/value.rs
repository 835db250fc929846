//! Values as people write them: `5M`, `512MB`, `1.5s`, `30d`.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::field::Unit;

/// Reads a count as a question writes it: `5000000`, `5_000_000`, `20k`, `5M`.
///
/// ```
/// assert_eq!(remember::count_of("5M"), Ok(5_000_000.0));
/// assert!(remember::count_of("many").is_err());
/// ```
///
/// # Errors
/// Says what would be one, where it is none.
pub fn count_of(text: &str) -> Result<f64, String> {
    number(text, Unit::Count)
}

/// Reads a number of a unit; says what would be one where it is none.
pub(crate) fn number(text: &str, unit: Unit) -> Result<f64, String> {
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (digits, suffix) = text.split_at(split);
    let value: Option<f64> = digits.replace('_', "").parse().ok();
    let factor = factor(suffix, unit);
    match (value, factor) {
        (Some(value), Some(factor)) => Ok(value * factor),
        _ => Err(format!("\"{text}\" is no {}", example(unit))),
    }
}

fn factor(suffix: &str, unit: Unit) -> Option<f64> {
    let lower = suffix.to_lowercase();
    Some(match (unit, lower.as_str()) {
        (Unit::Time, "" | "ms") => 1.0,
        (Unit::Time, "s") => 1e3,
        (Unit::Time, "m" | "min") => 60e3,
        (Unit::Time, "h") => 3_600e3,
        (Unit::Bytes, "" | "b") => 1.0,
        (Unit::Bytes, "k" | "kb") => 1024.0,
        (Unit::Bytes, "m" | "mb") => 1024.0 * 1024.0,
        (Unit::Bytes, "g" | "gb") => 1024.0 * 1024.0 * 1024.0,
        (Unit::Bytes, "t" | "tb") => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        (Unit::Count, "") => 1.0,
        (Unit::Count, "k") => 1e3,
        (Unit::Count, "m") => 1e6,
        (Unit::Count, "g" | "b") => 1e9,
        _ => return None,
    })
}

fn example(unit: Unit) -> &'static str {
    match unit {
        Unit::Time => "time: write 250ms, 1.5s or 2min",
        Unit::Bytes => "size: write 512MB or 2GB",
        _ => "number: write 5000000 or 5M",
    }
}

/// Reads a moment: a date (its beginning in UTC), a time with its zone, or how long ago.
pub(crate) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, String> {
    let date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp());
    let ago = || {
        let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
        let hours = match unit {
            "h" => 1,
            "d" => 24,
            "w" => 7 * 24,
            _ => return None,
        };
        now.checked_sub(SignedDuration::from_hours(digits.parse::<u32>().ok().map(i64::from)? * hours)).ok()
    };
    let exact = || text.parse::<Timestamp>().ok();
    ago().or_else(exact).or_else(date).ok_or_else(|| {
        format!(
            "\"{text}\" is no moment: write 2026-11-02, 2026-11-02T14:00:00Z, or 30d for the last thirty days"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, unit, value) in [
            ("5M", Unit::Count, 5e6),
            ("1.5k", Unit::Count, 1_500.0),
            ("5_000_000", Unit::Count, 5e6),
            ("2GB", Unit::Bytes, 2_147_483_648.0),
            ("1.5s", Unit::Time, 1_500.0),
            ("250", Unit::Time, 250.0),
        ] {
            assert_eq!(number(text, unit), Ok(value), "{text}");
        }
        for (text, unit) in
            [("", Unit::Count), ("x", Unit::Count), ("5x", Unit::Bytes), ("1.2.3", Unit::Time)]
        {
            assert!(number(text, unit).is_err(), "{text}");
        }
    }

    #[test]
    fn reads_moments() {
        let now: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        for (text, at) in [
            ("2026-11-02", "2026-11-02T00:00:00Z"),
            ("2026-11-02T03:00:00+01:00", "2026-11-02T02:00:00Z"),
            ("36h", "2026-11-20T22:00:00Z"),
            ("2w", "2026-11-08T10:00:00Z"),
        ] {
            assert_eq!(moment(text, now), Ok(at.parse().unwrap()), "{text}");
        }
        assert!(moment("yesterday", now).is_err() && moment("", now).is_err() && moment("é", now).is_err());
    }
}
