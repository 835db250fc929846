//! Ranges of server majors.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The oldest major that facts are measured on.
pub const MAJOR_MIN: u32 = 13;
/// The newest major that facts are measured on.
pub const MAJOR_MAX: u32 = 18;

/// Consecutive majors, both ends included; written `13-17`, or `18` for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Majors {
    /// The first.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Majors {
    /// One major alone.
    pub const fn one(major: u32) -> Self {
        Self { first: major, last: major }
    }

    /// Whether a major is among them.
    pub const fn contains(self, major: u32) -> bool {
        self.first <= major && major <= self.last
    }
}

impl fmt::Display for Majors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.first == self.last {
            true => write!(f, "{}", self.first),
            false => write!(f, "{}-{}", self.first, self.last),
        }
    }
}

impl FromStr for Majors {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) if first <= last => Ok(Self { first, last }),
            _ => Err(format!("\"{text}\" is not a range of majors such as 13-17 or 18")),
        }
    }
}

impl Serialize for Majors {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Majors {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}
