//! What a change of type does, for types of the user's too.
//!
//! Types of the system convert as [`facts::conversion`] says. Domains are stored as the type underneath,
//! and enums meet other types in their text.

use facts::{ConversionContext, Storage};
use model::{Ident, TypeName};
use parse::Expression;

use crate::state::{Catalog, TypeKind, named_type};

/// How deep domains over domains are followed.
const DOMAINS_MAX: usize = 8;

/// What a change of type does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Converted {
    /// To values and indexes.
    pub(crate) storage: Storage,
    /// Whether there are values that it refuses, cuts or rounds.
    pub(crate) narrows: bool,
    /// Whether there are values that it makes others, silently.
    pub(crate) changes: bool,
}

/// How a `USING` computes the new value.
pub(crate) fn using(expression: Option<&Expression>, column: &Ident, to: &TypeName) -> facts::Using {
    let Some(expression) = expression else { return facts::Using::None };
    let names_column = expression.columns.len() == 1 && expression.columns.contains(column);
    if !names_column || !expression.functions.is_empty() || expression.has_subquery {
        return facts::Using::Expression;
    }
    match &expression.cast_to {
        Some(written) => {
            let resolve = |name: &parse::Reference| name.in_schema(&Ident::new("public"));
            let same = written.type_name(resolve) == *to;
            if same { facts::Using::Cast } else { facts::Using::Expression }
        }
        None if expression.is_column => facts::Using::None,
        None => facts::Using::Expression,
    }
}

/// What a change of type does, written with this `USING`.
pub(crate) fn converted(
    from: &TypeName,
    to: &TypeName,
    context: ConversionContext,
    catalog: &Catalog,
) -> Converted {
    if from == to && context.using != facts::Using::Expression {
        return Converted { storage: Storage::Free, narrows: false, changes: false };
    }
    let (mut stored_from, _) = stored(from, catalog);
    if stored_from != *from {
        // A column of a domain has no sizes of its own, so a check of sizes is not dropped.
        stored_from = unsized_type(&stored_from);
    }
    let (stored_to, constrained) = stored(to, catalog);
    if is_enum(&stored_from, catalog) || is_enum(&stored_to, catalog) {
        return with_enum(&stored_from, &stored_to, context.using, catalog);
    }
    if is_named(&stored_from, catalog) && is_text(&stored_to) {
        return Converted { storage: Storage::Rewrites, narrows: stored_to.0 != "text", changes: false };
    }
    let found = facts::conversion(&stored_from, &stored_to, context, catalog.major);
    // What fits the domain's own sizes is not cut to them.
    let values = facts::conversion(&stored(from, catalog).0, &stored_to, context, catalog.major);
    let storage = match found.storage {
        // The domain's constraints are checked on every row.
        Storage::Free | Storage::RebuildsIndexes if constrained => Storage::Rewrites,
        storage => storage,
    };
    let changes = values.may_change && !matches!(found.storage, Storage::Unknown | Storage::Refused);
    Converted { storage, narrows: values.may_fail || values.may_change || constrained, changes }
}

/// Enums convert to text and, when asked, from it.
fn with_enum(from: &TypeName, to: &TypeName, using: facts::Using, catalog: &Catalog) -> Converted {
    let to_text = is_text(to);
    let textual = |it: &TypeName| it.0.starts_with("text") || it.0.starts_with("character");
    // Enums have no casts but those through their text.
    let casts = from == to || textual(from) || textual(to);
    let storage = match using {
        facts::Using::Cast if !casts => Storage::Refused,
        facts::Using::None if is_enum(to, catalog) || !to.0.starts_with(['t', 'c']) => Storage::Refused,
        _ => Storage::Rewrites,
    };
    Converted { storage, narrows: !to_text, changes: false }
}

fn is_text(type_name: &TypeName) -> bool {
    ["text", "character varying"].contains(&type_name.0.as_str())
}

/// Whether it is a composite, range or other type that somebody made; all of them have a text.
fn is_named(type_name: &TypeName, catalog: &Catalog) -> bool {
    named_type(&type_name.0).is_some_and(|name| catalog.type_state(&name).is_some())
}

/// A type without its sizes: `numeric` of `numeric(18,2)`.
fn unsized_type(type_name: &TypeName) -> TypeName {
    let text = type_name.0.as_str();
    match (text.find('('), text.find(')')) {
        (Some(open), Some(close)) if open < close => {
            TypeName::new([&text[..open], &text[close + 1..]].concat())
        }
        _ => type_name.clone(),
    }
}

/// The type that values are stored as, and whether a domain on the way has constraints.
pub(crate) fn stored(type_name: &TypeName, catalog: &Catalog) -> (TypeName, bool) {
    let mut stored = type_name.clone();
    let mut constrained = false;
    for _ in 0..DOMAINS_MAX {
        let state = named_type(&stored.0).and_then(|name| catalog.type_state(&name).cloned());
        let Some(TypeKind::Domain { base, checks, not_null, .. }) = state.as_deref().map(|it| &it.kind)
        else {
            break;
        };
        constrained |= !checks.is_empty() || *not_null;
        stored = TypeName::new(base);
    }
    (stored, constrained)
}

/// Whether two types of which one is an enum compare: only an enum with itself does. None where neither is one, or
/// nothing is known of the other.
pub(crate) fn enums_compare(a: &TypeName, b: &TypeName, catalog: &Catalog) -> Option<bool> {
    let (name, other) = (named_type(&a.0), named_type(&b.0));
    match (is_enum(a, catalog), is_enum(b, catalog)) {
        (false, false) => None,
        (true, true) => Some(name == other),
        (true, false) => other.is_none().then_some(false),
        (false, true) => name.is_none().then_some(false),
    }
}

fn is_enum(type_name: &TypeName, catalog: &Catalog) -> bool {
    let state = named_type(&type_name.0).and_then(|name| catalog.type_state(&name).cloned());
    !type_name.0.ends_with("[]") && state.is_some_and(|it| matches!(it.kind, TypeKind::Enum { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_using_that_only_casts_changes_nothing() {
        let column = Ident::new("c");
        let of = |text: &str| using(Some(&Expression::parse(text)), &column, &TypeName::new("text"));
        assert_eq!(of("c"), facts::Using::None);
        assert_eq!(of("c::text"), facts::Using::Cast);
        assert_eq!(of("CAST (c AS text)"), facts::Using::Cast);
        assert_eq!(of("(\"c\")::text"), facts::Using::Cast);
        assert_eq!(of("lower(c)"), facts::Using::Expression);
        assert_eq!(of("c::int::text"), facts::Using::Expression);
        assert_eq!(of("c || 'x'"), facts::Using::Expression);
    }
}
