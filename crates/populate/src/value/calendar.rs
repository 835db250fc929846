//! Days and moments.

use super::PLENTY;
use crate::check::Hints;

/// Days from the first date that is made up to the last.
const DAYS: u64 = 1_000_000;

/// Ten years in seconds: how far made-up moments lie apart.
pub(super) const TEN_YEARS_S: u64 = 315_360_000;

/// The first day and how many there are. Days of hints are left to the server to read.
pub(super) fn days(hints: &Hints) -> (String, u64) {
    let (low, count) = seconds(hints);
    let bounded = hints.low.is_some() || hints.high.is_some();
    (low, if bounded { (count / 86_400).max(1) } else { DAYS })
}

/// The first moment and how many seconds there are.
pub(super) fn seconds(hints: &Hints) -> (String, u64) {
    let low = hints.low.as_ref().and_then(|bound| Day::of(&bound.at).map(|day| day.after(!bound.inclusive)));
    let high = hints.high.as_ref().and_then(|bound| Day::of(&bound.at));
    match (low, high) {
        (None, None) => ("2016-01-01".to_owned(), PLENTY / 1_000),
        (Some(low), None) => (low.text(), PLENTY / 1_000),
        (None, Some(high)) => (Day(high.0 - 3_650).text(), TEN_YEARS_S),
        (Some(low), Some(high)) => {
            let days = u64::try_from(high.0 - low.0).unwrap_or_default();
            (low.text(), (days * 86_400).max(1))
        }
    }
}

/// A day as its number since 1970-01-01, by the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Day(i64);

impl Day {
    /// The day of `2024-05-01` or `2024-05-01 00:00:00+00`.
    fn of(text: &str) -> Option<Self> {
        let mut parts = text.get(..10)?.splitn(3, '-').map(str::parse::<i64>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        // Howard Hinnant's days_from_civil: years begin in March, eras have 400 years.
        let year = if month <= 2 { year - 1 } else { year };
        let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        Some(Self(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468))
    }

    fn after(self, one_more: bool) -> Self {
        Self(self.0 + i64::from(one_more))
    }

    fn text(self) -> String {
        let days = self.0 + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year + era * 400 + i64::from(month <= 2);
        format!("{year:04}-{month:02}-{day:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (text, number) in [("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-24", 20_781)] {
            let day = Day::of(text).unwrap();
            assert_eq!((day.0, day.text().as_str()), (number, text));
        }
        assert_eq!(Day::of("soon"), None);
    }
}
