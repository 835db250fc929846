//! Types as a statement writes them, under the names the server's catalog uses.

use model::{Ident, Name, TypeName};
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use crate::names::{Reference, reference};

/// A type as a statement names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeReference {
    /// What it is without brackets.
    pub base: BaseType,
    /// Whether it is an array of the base.
    pub array: bool,
}

/// A type without array brackets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseType {
    /// A type of the system, as `format_type` writes it, modifiers included: `numeric(18,2)`.
    BuiltIn(String),
    /// `serial` and its sizes: the integer type underneath.
    Serial(&'static str),
    /// A type of the user's or of an extension.
    Named {
        /// Its name as written.
        name: Reference,
        /// Its modifiers with their parentheses, for instance `(3)`; empty where there are none.
        modifiers: String,
    },
    /// `table.column%TYPE`, which only the catalog can tell.
    Unknown,
}

impl TypeReference {
    /// The type as `format_type` writes it, where `resolve` says in which namespace a name is found.
    pub fn type_name(&self, resolve: impl FnOnce(&Reference) -> Name) -> TypeName {
        let base = match &self.base {
            BaseType::BuiltIn(text) => text.clone(),
            BaseType::Serial(integer) => (*integer).to_owned(),
            BaseType::Named { name, modifiers } => format!("{}{modifiers}", resolve(name)),
            BaseType::Unknown => "unknown".to_owned(),
        };
        TypeName::new(if self.array { base + "[]" } else { base })
    }

    /// Whether it is one of the serial pseudo-types.
    pub fn is_serial(&self) -> bool {
        matches!(self.base, BaseType::Serial(_))
    }
}

/// What the server calls the types SQL has other words for.
const ALIASES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("boolean", "boolean"),
    ("bpchar", "bpchar"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("integer", "integer"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
    ("varchar", "character varying"),
];

/// Types of the system whose name is their own.
const PLAIN: &[&str] = &[
    "bigint",
    "box",
    "bytea",
    "cidr",
    "circle",
    "date",
    "datemultirange",
    "daterange",
    "inet",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "real",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "smallint",
    "text",
    "tid",
    "time",
    "timestamp",
    "tsmultirange",
    "tsquery",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "tsvector",
    "txid_snapshot",
    "uuid",
    "xid",
    "xid8",
    "xml",
];

const SERIALS: &[(&str, &str)] = &[
    ("bigserial", "bigint"),
    ("serial", "integer"),
    ("serial2", "smallint"),
    ("serial4", "integer"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
];

/// Reads a type.
pub(crate) fn type_reference(node: Option<ast::Type>) -> Option<TypeReference> {
    let node = node?;
    if let ast::Type::ArrayType(array) = node {
        let base = type_reference(array.ty()).map_or(BaseType::Unknown, |inner| inner.base);
        return Some(TypeReference { base, array: true });
    }
    let modifiers = node.arg_list().map(|list| modifiers(list.syntax())).unwrap_or_default();
    let base = match &node {
        ast::Type::ArrayType(_) => return None,
        ast::Type::VarcharType(_) => BaseType::BuiltIn(format!("character varying{modifiers}")),
        ast::Type::CharacterType(_) => BaseType::BuiltIn(format!("character{}", or_one(&modifiers))),
        ast::Type::BitType(_) => BaseType::BuiltIn(format!("bit{}", or_one(&modifiers))),
        ast::Type::BitVaryingType(_) => BaseType::BuiltIn(format!("bit varying{modifiers}")),
        ast::Type::DoubleType(_) => BaseType::BuiltIn("double precision".to_owned()),
        ast::Type::TimeType(it) => zoned("time", it.literal(), it.timezone()),
        ast::Type::TimestampType(it) => zoned("timestamp", it.literal(), it.timezone()),
        ast::Type::IntervalType(it) => BaseType::BuiltIn(interval(it)),
        ast::Type::PathType(it) => named(it, &modifiers)?,
    };
    Some(TypeReference { base, array: false })
}

fn or_one(modifiers: &str) -> &str {
    if modifiers.is_empty() { "(1)" } else { modifiers }
}

fn zoned(base: &str, precision: Option<ast::Literal>, zone: Option<ast::Timezone>) -> BaseType {
    let precision = precision.map(|it| format!("({})", it.syntax().text())).unwrap_or_default();
    let zone = if matches!(zone, Some(ast::Timezone::WithTimezone(_))) { "with" } else { "without" };
    BaseType::BuiltIn(format!("{base}{precision} {zone} time zone"))
}

fn interval(it: &ast::IntervalType) -> String {
    it.syntax().text().to_string().to_ascii_lowercase().split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn named(it: &ast::PathType, modifiers: &str) -> Option<BaseType> {
    let name = reference(ast::HasPathRef::path_ref(it))?;
    let quoted = it.syntax().text().to_string().contains('"');
    let system = name.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
    if system && let Some(base) = built_in(name.name.as_str(), modifiers, quoted) {
        return Some(base);
    }
    Some(BaseType::Named { name, modifiers: modifiers.to_owned() })
}

fn built_in(word: &str, modifiers: &str, quoted: bool) -> Option<BaseType> {
    if word == "char" && quoted {
        return Some(BaseType::BuiltIn("\"char\"".to_owned()));
    }
    if let Some((_, integer)) = SERIALS.iter().find(|(name, _)| *name == word) {
        return Some(BaseType::Serial(integer));
    }
    let base = ALIASES.iter().find(|(alias, _)| *alias == word).map(|(_, base)| *base);
    let base = base.or_else(|| PLAIN.iter().copied().find(|plain| *plain == word));
    Some(BaseType::BuiltIn(match (word, base) {
        ("float", _) => float(modifiers).to_owned(),
        ("char" | "character" | "nchar", _) => format!("character{}", or_one(modifiers)),
        ("bpchar", _) if !modifiers.is_empty() => format!("character{modifiers}"),
        ("bit", _) => format!("bit{}", or_one(modifiers)),
        ("timestamptz", _) => format!("timestamp{modifiers} with time zone"),
        ("timetz", _) => format!("time{modifiers} with time zone"),
        ("timestamp" | "time", _) => format!("{word}{modifiers} without time zone"),
        ("numeric" | "decimal" | "dec", _) => numeric(modifiers),
        (_, Some(base)) => format!("{base}{modifiers}"),
        (_, None) => return None,
    }))
}

fn numeric(modifiers: &str) -> String {
    match modifiers.strip_suffix(')') {
        // A precision alone means scale 0, and is written so in the catalog.
        Some(open) if !open.contains(',') => format!("numeric{open},0)"),
        _ => format!("numeric{modifiers}"),
    }
}

fn float(modifiers: &str) -> &'static str {
    let digits = modifiers.trim_matches(['(', ')']).parse::<u32>().ok();
    if digits.is_some_and(|digits| digits <= 24) { "real" } else { "double precision" }
}

/// `( 18 , 2 )` as `(18,2)`.
fn modifiers(list: &SyntaxNode) -> String {
    list.text().to_string().split_ascii_whitespace().collect()
}

/// Whether a name is of a type of the system, so that no schema needs to hold it.
pub fn is_built_in_type(name: &Ident) -> bool {
    let word = name.as_str();
    PLAIN.contains(&word)
        || ALIASES.iter().any(|(alias, _)| *alias == word)
        || SERIALS.iter().any(|(serial, _)| *serial == word)
        || matches!(word, "char" | "character" | "nchar" | "bit" | "float")
}
