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
        return Converted { storage: Storage::Free, narrows: false };
    }
    let (stored_from, _) = stored(from, catalog);
    let (stored_to, constrained) = stored(to, catalog);
    if is_enum(&stored_from, catalog) || is_enum(&stored_to, catalog) {
        return with_enum(&stored_to, context.using, catalog);
    }
    let found = facts::conversion(&stored_from, &stored_to, context, catalog.major);
    let storage = match found.storage {
        // The domain's constraints are checked on every row.
        Storage::Free | Storage::RebuildsIndexes if constrained => Storage::Rewrites,
        storage => storage,
    };
    Converted { storage, narrows: found.may_fail || found.may_change || constrained }
}

/// Enums convert to text and, when asked, from it.
fn with_enum(to: &TypeName, using: facts::Using, catalog: &Catalog) -> Converted {
    let to_text = ["text", "character varying"].contains(&to.0.as_str());
    let storage = match using {
        facts::Using::None if is_enum(to, catalog) || !to.0.starts_with(['t', 'c']) => Storage::Refused,
        _ => Storage::Rewrites,
    };
    Converted { storage, narrows: !to_text }
}

/// The type that values are stored as, and whether a domain on the way has constraints.
fn stored(type_name: &TypeName, catalog: &Catalog) -> (TypeName, bool) {
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
