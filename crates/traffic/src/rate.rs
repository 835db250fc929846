//! How many statements arrive in a second.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many statements of each kind arrive in a second, on average; written `50:500`, writes first.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Writes in a second.
    pub writes_per_s: f64,
    /// Reads in a second.
    pub reads_per_s: f64,
}

/// The most statements of one kind that may be asked for in a second: one process of one thread sends
/// them, and a rate it cannot keep would be measured as stalls of the server.
const RATE_MAX: f64 = 5_000.0;

impl Default for Rate {
    /// 50 writes and 500 reads.
    fn default() -> Self {
        Self { writes_per_s: 50.0, reads_per_s: 500.0 }
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.writes_per_s, self.reads_per_s)
    }
}

impl FromStr for Rate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fail = || {
            format!(
                "\"{text}\" is not a rate: write WRITES:READS a second, each from 0 to {RATE_MAX}, as in 50:500"
            )
        };
        let (writes, reads) = text.split_once(':').ok_or_else(fail)?;
        let number = |part: &str| part.trim().parse::<f64>().ok().filter(|n| (0.0..=RATE_MAX).contains(n));
        match (number(writes), number(reads)) {
            (Some(writes_per_s), Some(reads_per_s)) => Ok(Self { writes_per_s, reads_per_s }),
            _ => Err(fail()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let rate = Rate { writes_per_s: 12.5, reads_per_s: 0.0 };
        assert_eq!(rate.to_string().parse(), Ok(rate));
        assert_eq!("50:500".parse(), Ok(Rate::default()));
        for bad in ["50", "a:b", "50:", "-1:5", "1:1e9", "nan:1"] {
            assert!(bad.parse::<Rate>().is_err(), "{bad}");
        }
    }
}
