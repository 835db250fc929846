//! Types that every server has, as it writes them back.

use std::collections::BTreeMap;

use model::{Name, TypeName};

use super::name_text;
use crate::ddl::qualified_text;
use crate::described::TypeText;

/// A column's type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) base: Base,
    pub(super) is_array: bool,
    /// Whether the column fills itself from a sequence of its own.
    pub(super) is_serial: bool,
    /// Whether it has a length or a precision.
    pub(super) is_limited: bool,
    /// The type as `format_type` writes it, with length or precision.
    pub(super) whole: TypeName,
    /// The same without them: what a cast names.
    pub(super) bare: String,
}

/// What a type is, whatever its length or precision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Base {
    Smallint,
    Integer,
    Bigint,
    Numeric,
    Real,
    Double,
    Text,
    Varchar,
    Char,
    Boolean,
    Date,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Interval,
    Uuid,
    Json,
    Jsonb,
    Bytea,
    /// An address of a network or of a card.
    Address,
    /// A point or a line.
    Geometry,
    /// An enum of the project with its labels.
    Enum(Name, Vec<String>),
}

impl Base {
    pub(super) fn is_integer(&self) -> bool {
        matches!(self, Self::Smallint | Self::Integer | Self::Bigint)
    }

    pub(super) fn is_text(&self) -> bool {
        matches!(self, Self::Text | Self::Varchar)
    }

    /// Whether a btree orders it by itself.
    pub(super) fn is_ordered(&self) -> bool {
        !matches!(self, Self::Json | Self::Geometry)
    }
}

impl Kind {
    /// The type of a description, if it is one of these.
    pub(super) fn of(kind: &TypeText, enums: &BTreeMap<Name, &Vec<String>>) -> Option<Self> {
        let known = match &kind.enumeration {
            Some(made) => of_enum(qualified_text(made), enums)?,
            None => of_text(&kind.text)?,
        };
        if kind.dimensions == 0 {
            return Some(known);
        }
        let listed = |text: &str| format!("{text}[]");
        let (whole, bare) = (TypeName::new(listed(&known.whole.0)), listed(&known.bare));
        (!known.is_serial).then_some(Self { is_array: true, whole, bare, ..known })
    }

    /// Whether a foreign key from one to the other compares equal types.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.base == other.base && self.is_array == other.is_array
    }
}

fn of_enum(name: Name, enums: &BTreeMap<Name, &Vec<String>>) -> Option<Kind> {
    let labels = (*enums.get(&name)?).clone();
    let bare = name_text(&name)?;
    let whole = TypeName::new(bare.clone());
    let base = Base::Enum(name, labels);
    Some(Kind { base, is_array: false, is_serial: false, is_limited: false, whole, bare })
}

fn of_text(text: &str) -> Option<Kind> {
    let (word, limits) = split(text)?;
    let serial = match word.as_str() {
        "smallserial" | "serial2" => Some("smallint"),
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        _ => None,
    };
    let (base, bare) = plain(serial.unwrap_or(&word))?;
    let whole = limited(&base, bare, &limits)?;
    let is_limited = !limits.is_empty();
    Some(Kind {
        base,
        is_array: false,
        is_serial: serial.is_some(),
        is_limited,
        whole,
        bare: bare.to_owned(),
    })
}

/// `numeric(12, 2)` into its word and its limits; `timestamp (3) with time zone` as well.
fn split(text: &str) -> Option<(String, Vec<u32>)> {
    let Some((head, rest)) = text.split_once('(') else { return Some((text.to_owned(), Vec::new())) };
    let (limits, tail) = rest.split_once(')')?;
    let is_number = |limit: &str| !limit.is_empty() && limit.bytes().all(|byte| byte.is_ascii_digit());
    let limits: Option<Vec<u32>> = limits
        .split(',')
        .map(str::trim)
        .map(|limit| limit.parse().ok().filter(|_| is_number(limit)))
        .collect();
    let word = [head.trim_end(), tail].concat();
    Some((word, limits?))
}

fn plain(word: &str) -> Option<(Base, &'static str)> {
    Some(match word {
        "smallint" | "int2" => (Base::Smallint, "smallint"),
        "integer" | "int" | "int4" => (Base::Integer, "integer"),
        "bigint" | "int8" => (Base::Bigint, "bigint"),
        "numeric" | "decimal" => (Base::Numeric, "numeric"),
        "real" | "float4" => (Base::Real, "real"),
        "double precision" | "float8" => (Base::Double, "double precision"),
        "text" => (Base::Text, "text"),
        "varchar" | "character varying" => (Base::Varchar, "character varying"),
        "char" | "character" => (Base::Char, "bpchar"),
        "boolean" | "bool" => (Base::Boolean, "boolean"),
        "date" => (Base::Date, "date"),
        "time" | "time without time zone" => (Base::Time, "time without time zone"),
        "timetz" | "time with time zone" => (Base::TimeTz, "time with time zone"),
        "timestamp" | "timestamp without time zone" => (Base::Timestamp, "timestamp without time zone"),
        "timestamptz" | "timestamp with time zone" => (Base::TimestampTz, "timestamp with time zone"),
        "interval" => (Base::Interval, "interval"),
        "uuid" => (Base::Uuid, "uuid"),
        "json" => (Base::Json, "json"),
        "jsonb" => (Base::Jsonb, "jsonb"),
        "bytea" => (Base::Bytea, "bytea"),
        "inet" => (Base::Address, "inet"),
        "cidr" => (Base::Address, "cidr"),
        "macaddr" => (Base::Address, "macaddr"),
        "macaddr8" => (Base::Address, "macaddr8"),
        "point" => (Base::Geometry, "point"),
        "line" => (Base::Geometry, "line"),
        _ => return None,
    })
}

/// The type with its limits, if the server takes these.
fn limited(base: &Base, bare: &str, limits: &[u32]) -> Option<TypeName> {
    const LENGTH_MAX: u32 = 10_485_760;
    let text = match (base, limits) {
        (Base::Char, []) => "character(1)".to_owned(),
        (_, []) => bare.to_owned(),
        (Base::Char, [length @ 1..=LENGTH_MAX]) => format!("character({length})"),
        (Base::Varchar, [length @ 1..=LENGTH_MAX]) => format!("{bare}({length})"),
        (Base::Numeric, [precision @ 1..=1000]) => format!("numeric({precision},0)"),
        (Base::Numeric, [precision @ 1..=1000, scale]) if scale <= precision => {
            format!("numeric({precision},{scale})")
        }
        (Base::Time | Base::TimeTz | Base::Timestamp | Base::TimestampTz, [precision @ 0..=6]) => {
            let (word, zone) = bare.split_once(' ')?;
            format!("{word}({precision}) {zone}")
        }
        _ => return None,
    };
    Some(TypeName::new(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_written_as_the_server_writes_them() {
        let known = |text: &str, dimensions| {
            let kind = TypeText { text: text.into(), dimensions, enumeration: None, custom: false };
            Kind::of(&kind, &BTreeMap::new()).map(|kind| kind.whole.0)
        };
        assert_eq!(known("timestamp (3) with time zone", 0).as_deref(), Some("timestamp(3) with time zone"));
        assert_eq!(known("numeric(12, 2)", 1).as_deref(), Some("numeric(12,2)[]"));
        assert_eq!(known("serial", 0).as_deref(), Some("integer"));
        assert_eq!(known("serial", 1), None);
        assert_eq!(known("numeric(2, 12)", 0), None);
        assert_eq!(known("varchar(0)", 0), None);
        assert_eq!(known("vector(3)", 0), None);
    }
}
