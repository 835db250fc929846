//! How volatile expressions are.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use model::Volatility;
use parse::{Expression, Reference};

use super::Catalog;

/// The functions of `pg_catalog` on 14 and 18, each with the most volatile of its overloads.
const BUILT_IN: &str = include_str!("../../data/functions.txt");

fn built_in() -> &'static BTreeMap<&'static str, Volatility> {
    static FUNCTIONS: OnceLock<BTreeMap<&'static str, Volatility>> = OnceLock::new();
    FUNCTIONS.get_or_init(|| {
        let words = BUILT_IN.lines().filter_map(|line| line.split_once(' '));
        words.map(|(name, word)| (name, volatility(word))).collect()
    })
}

fn volatility(word: &str) -> Volatility {
    match word {
        "immutable" => Volatility::Immutable,
        "stable" => Volatility::Stable,
        _ => Volatility::Volatile,
    }
}

/// How volatile calls of a routine are: the server puts an SQL body of one expression in the place of the
/// call, where that is no more volatile than the routine says it is.
pub(crate) fn of_routine(declared: Volatility, sql_body: Option<&str>, catalog: &Catalog) -> Volatility {
    let one = sql_body.and_then(|body| {
        let body = body.trim().trim_end_matches(';');
        let (word, expression) = body.split_once(char::is_whitespace)?;
        let plain = !body.contains(';') && !body.to_ascii_lowercase().contains("from");
        (word.eq_ignore_ascii_case("select") && plain).then(|| Expression::parse(expression))
    });
    match one.filter(|it| !it.has_subquery && !it.text.is_empty()) {
        Some(expression) => declared.min(volatility_of(&expression, catalog).0),
        None => declared,
    }
}

/// The types of `pg_catalog` and `information_schema` on any major.
const TYPES: &str = include_str!("../../data/types.txt");

/// Whether the system has a type of this name.
pub(crate) fn is_system_type(name: &str) -> bool {
    TYPES.lines().any(|line| line == name)
}

/// Whether a function of this name is one of the server's own.
pub(super) fn is_built_in(function: &Reference) -> bool {
    let system = function.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
    system && built_in().contains_key(function.name.as_str())
}

/// The most volatile function an expression calls, and the functions of which it is not known: those
/// are taken for volatile, as functions are unless they say otherwise.
pub(crate) fn volatility_of(expression: &Expression, catalog: &Catalog) -> (Volatility, Vec<Reference>) {
    let mut most = Volatility::Immutable;
    let mut unknown = Vec::new();
    for function in &expression.functions {
        let known = catalog.routine(function).or_else(|| {
            let system = function.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
            system.then(|| built_in().get(function.name.as_str()).copied()).flatten()
        });
        if known.is_none() {
            unknown.push(function.clone());
        }
        most = most.max(known.unwrap_or(Volatility::Volatile));
    }
    (most, unknown)
}
