//! Types as far as making values for them goes.

use model::{Ident, Name, Schema, TypeName};

use crate::check::{Hints, hints};

/// What kind of value a type holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `smallint`, `integer`, `bigint`: the largest value.
    Integer(i64),
    /// `numeric` with the digits before and behind the point.
    Numeric(u32, u32),
    /// `real`, `double precision`.
    Float,
    /// `boolean`
    Boolean,
    /// A text with the characters it may have at most.
    Text(Option<u32>),
    /// `bit(n)`, `bit varying(n)`
    Bits(u32),
    /// `date`
    Date,
    /// `timestamp`, with or without time zone.
    Timestamp,
    /// A type whose values are written by this template around a number.
    Plain(&'static str),
    /// Values of an enum.
    Enum(Vec<String>),
    /// A range, or a multirange.
    Range(Box<RangeKind>),
    /// An array of values.
    Array(Box<Values>),
    /// A vector of pgvector's, with so many dimensions.
    Vector(u32),
    /// A composite type's attributes.
    Composite(Vec<Values>),
    /// A type nothing is known of.
    Unknown,
}

/// A range type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RangeKind {
    pub(crate) subtype: Values,
    /// The range type, and so the function that makes its values.
    pub(crate) range: TypeName,
    /// The multirange type, where it is one.
    pub(crate) multirange: Option<TypeName>,
}

/// The values of a column, an element or an attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Values {
    pub(crate) kind: Kind,
    /// What checks say about them.
    pub(crate) hints: Hints,
    /// The type they are cast to.
    pub(crate) type_name: TypeName,
    /// The type of the column that holds them, where it is another: a text that reads as a number.
    pub(crate) held_as: Option<TypeName>,
    /// Whether a domain refuses nulls.
    pub(crate) not_null: bool,
    /// The first word of texts.
    pub(crate) word: Ident,
}

/// Types whose values are one expression around a number from 0 on; `{}` is the number, a `bigint`.
/// Each of them gives another value for another number, as far as the type has so many.
const PLAIN: [(&str, &str); 26] = [
    ("uuid", "md5({}::text)::uuid"),
    ("bytea", "int8send({})"),
    ("time without time zone", "'00:00'::time + {} % 86400000 * interval '1 millisecond'"),
    ("time with time zone", "('00:00'::time + {} % 86400000 * interval '1 millisecond')::timetz"),
    ("interval", "{} * interval '1 second'"),
    ("json", "json_build_object('n', {})"),
    ("jsonb", "jsonb_build_object('n', {})"),
    ("xml", "xmlparse(content '<n>' || {} || '</n>')"),
    ("jsonpath", "('$.n' || {})::jsonpath"),
    ("inet", "'10.0.0.0'::inet + {} % 16777216"),
    ("cidr", "network(set_masklen('10.0.0.0'::inet + {} % 16777216, 32))"),
    ("macaddr", "lpad(to_hex({}), 12, '0')::macaddr"),
    ("macaddr8", "lpad(to_hex({}), 16, '0')::macaddr8"),
    ("money", "({} / 100.0)::numeric::money"),
    ("oid", "({} % 4294967296)::oid"),
    ("pg_lsn", "('0/0'::pg_lsn + {}::numeric)"),
    ("\"char\"", "chr((97 + {} % 26)::integer)::\"char\""),
    ("point", "point({}, 1)"),
    ("line", "line(point(0, {}), point(1, 1))"),
    ("lseg", "lseg(point(0, {}), point(1, 1))"),
    ("box", "box(point(0, 0), point({}, 1))"),
    ("path", "path(box(point(0, 0), point({}, 1))::polygon)"),
    ("polygon", "polygon(box(point(0, 0), point({}, 1)))"),
    ("circle", "circle(point({}, 1), 1)"),
    ("tsvector", "to_tsvector('simple', 'word' || {})"),
    ("tsquery", "('word' || {})::tsquery"),
];

/// Further types of extensions, by their name without the namespace.
const PLAIN_OF_EXTENSIONS: [(&str, &str); 2] = [("hstore", "('n=>' || {})"), ("ltree", "('n' || {})")];

/// Finds out what a type holds; texts begin with the word.
pub(crate) fn resolve(schema: &Schema, type_name: &TypeName, word: &Ident) -> Values {
    let values = |kind| Values {
        kind,
        hints: Hints::default(),
        type_name: type_name.clone(),
        held_as: None,
        not_null: false,
        word: word.clone(),
    };
    let text = type_name.0.as_str();
    if let Some(element) = text.strip_suffix("[]") {
        let element = resolve(schema, &TypeName::new(element), word);
        let is_known = element.kind != Kind::Unknown;
        return values(if is_known { Kind::Array(Box::new(element)) } else { Kind::Unknown });
    }
    let (base, arguments) = split(text);
    if let Some(kind) = built_in(&base, &arguments) {
        return values(kind);
    }
    let Ok(name) = base.parse::<Name>() else { return values(Kind::Unknown) };
    match schema.domains.get(&name) {
        Some(domain) => Values { type_name: type_name.clone(), ..of_domain(schema, domain, word) },
        None => values(of_user(schema, &name, type_name)),
    }
}

fn of_domain(schema: &Schema, domain: &model::Domain, word: &Ident) -> Values {
    let mut under = resolve(schema, &domain.type_name, word);
    let checks = domain.constraints.iter().filter_map(|constraint| match &constraint.kind {
        model::ConstraintKind::Check { expression, .. } => Some(expression),
        _ => None,
    });
    if let Some(own) = hints(checks).remove(&Ident::new("value")) {
        under.hints = own;
    }
    under.not_null |= domain.not_null;
    under
}

/// `timestamp(3) without time zone` into `timestamp without time zone` and its arguments.
fn split(text: &str) -> (String, Vec<u32>) {
    let (Some(open), Some(close)) = (text.find('('), text.find(')')) else {
        return (text.to_owned(), Vec::new());
    };
    if open > close {
        return (text.to_owned(), Vec::new());
    }
    let arguments = text[open + 1..close].split(',').filter_map(|number| number.trim().parse().ok());
    (text[..open].to_owned() + &text[close + 1..], arguments.collect())
}

fn built_in(base: &str, arguments: &[u32]) -> Option<Kind> {
    Some(match base {
        "smallint" => Kind::Integer(i16::MAX.into()),
        "integer" => Kind::Integer(i32::MAX.into()),
        "bigint" => Kind::Integer(i64::MAX),
        "numeric" => match arguments {
            [precision, scale] => Kind::Numeric(precision.saturating_sub(*scale), *scale),
            [precision] => Kind::Numeric(*precision, 0),
            _ => Kind::Numeric(12, 2),
        },
        "real" | "double precision" => Kind::Float,
        "boolean" => Kind::Boolean,
        "text" | "bpchar" => Kind::Text(None),
        "name" => Kind::Text(Some(63)),
        "character varying" => Kind::Text(arguments.first().copied()),
        "character" => Kind::Text(Some(arguments.first().copied().unwrap_or(1))),
        "bit" => Kind::Bits(arguments.first().copied().unwrap_or(1)),
        "bit varying" => Kind::Bits(arguments.first().copied().unwrap_or(32)),
        "date" => Kind::Date,
        "timestamp without time zone" | "timestamp with time zone" => Kind::Timestamp,
        _ => return built_in_range(base).or_else(|| template(&PLAIN, base)),
    })
}

fn template(types: &[(&str, &'static str)], base: &str) -> Option<Kind> {
    types.iter().find(|(name, _)| *name == base).map(|(_, template)| Kind::Plain(template))
}

fn built_in_range(base: &str) -> Option<Kind> {
    let (range, multi) = match base.strip_suffix("multirange") {
        Some(range) => (range.to_owned() + "range", Some(TypeName::new(base))),
        None => (base.to_owned(), None),
    };
    let subtype = match range.as_str() {
        "int4range" => "integer",
        "int8range" => "bigint",
        "numrange" => "numeric",
        "daterange" => "date",
        "tsrange" => "timestamp without time zone",
        "tstzrange" => "timestamp with time zone",
        _ => return None,
    };
    let subtype = resolve(&Schema::default(), &TypeName::new(subtype), &Ident::new("bound"));
    Some(Kind::Range(Box::new(RangeKind { subtype, range: TypeName::new(range), multirange: multi })))
}

fn of_user(schema: &Schema, name: &Name, type_name: &TypeName) -> Kind {
    if let Some(labels) = schema.enums.get(name).map(|found| found.labels.clone()) {
        return if labels.is_empty() { Kind::Unknown } else { Kind::Enum(labels) };
    }
    if let Some(composite) = schema.composites.get(name) {
        let attributes = composite.attributes.iter();
        return Kind::Composite(attributes.map(|a| resolve(schema, &a.type_name, &a.name)).collect());
    }
    if let Some(range) = schema.ranges.get(name) {
        let subtype = resolve(schema, &range.subtype, &name.name);
        let range = RangeKind { subtype, range: type_name.clone(), multirange: None };
        return Kind::Range(Box::new(range));
    }
    match name.name.as_str() {
        "citext" => Kind::Text(None),
        "vector" | "halfvec" => Kind::Vector(split(&type_name.0).1.first().copied().unwrap_or(3)),
        other => template(&PLAIN_OF_EXTENSIONS, other).unwrap_or(Kind::Unknown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_as_a_server_writes_them() {
        let schema = Schema::default();
        let kind = |text: &str| resolve(&schema, &TypeName::new(text), &Ident::new("w")).kind;
        assert_eq!(kind("character varying(20)"), Kind::Text(Some(20)));
        assert_eq!(kind("timestamp(3) without time zone"), Kind::Timestamp);
        assert_eq!(kind("numeric(7,6)"), Kind::Numeric(1, 6));
        assert!(
            matches!(kind("numeric(7,6)[]"), Kind::Array(element) if element.type_name.0 == "numeric(7,6)")
        );
        assert!(matches!(kind("tstzmultirange"), Kind::Range(range) if range.range.0 == "tstzrange"));
        assert_eq!(kind("public.\"Strange Type\""), Kind::Unknown);
    }
}
