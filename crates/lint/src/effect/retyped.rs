//! `ALTER COLUMN … TYPE`, and what depends on a column's type.

use facts::{ConversionContext, Form, Role, Roles, Shape, Storage};
use model::{Ident, Name};
use parse::{Alter, AlterChange};

use super::{Parts, Session, roles, subject_of};
use crate::convert;
use crate::state::{Catalog, Known, Link};

pub(super) fn alter_type(
    it: &Alter,
    column: &Ident,
    name: &Name,
    catalog: &Catalog,
    session: &Session,
    parts: &mut Parts,
) {
    let AlterChange::AlterType { type_reference, using, collation, .. } = &it.change else { return };
    let (shape, roles) = subject_of(it, catalog, name, Some(column));
    let Some(Known::Yes(known)) = catalog.relation(name).map(|it| it.column(column)) else {
        parts.unknown(format!("the type of {name}.{column} so far is not known, so a rewrite is assumed"));
        return parts.add(Form::AlterTypeRewrites, shape, roles);
    };
    let to = type_reference.type_name(|it| catalog.resolve_type(it));
    let indexed = roles::is_indexed(catalog, name, column);
    let context = ConversionContext {
        using: convert::using(using.as_ref(), column, &to),
        indexed,
        utc: session.time_zone.as_deref().is_none_or(is_utc),
    };
    let converted = convert::converted(&known.type_name, &to, context, catalog);
    let mut storage = converted.storage;
    if session.time_zone.is_none() {
        let elsewhere = ConversionContext { utc: false, ..context };
        if convert::converted(&known.type_name, &to, elsewhere, catalog).storage != storage {
            parts.unknown("taken to run with TimeZone UTC; with another one every row is rewritten");
        }
    }
    if collation.is_some() && storage == Storage::Free && indexed {
        storage = Storage::RebuildsIndexes;
    }
    let form = match storage {
        Storage::Free if indexed => Form::AlterTypeFreeIndexed,
        Storage::Free => Form::AlterTypeFree,
        Storage::RebuildsIndexes => Form::AlterTypeRebuildsIndexes,
        Storage::Rewrites | Storage::Refused => Form::AlterTypeRewrites,
        Storage::Unknown => {
            parts.unknown(format!(
                "how {} converts to {} is not known, so a rewrite is assumed",
                known.type_name.0, to.0
            ));
            Form::AlterTypeRewrites
        }
    };
    parts.add(form, shape, roles.clone());
    match context.using {
        facts::Using::Expression => {
            parts.unknown(format!(
                "what the USING expression keeps of the values of {name}.{column} is not known"
            ));
        }
        _ if converted.changes => parts.loses_values(),
        _ => {}
    }
    beside(column, name, storage == Storage::Free, catalog, parts, (shape, roles));
}

fn is_utc(zone: &str) -> bool {
    matches!(zone.to_ascii_uppercase().as_str(), "UTC" | "ETC/UTC" | "GMT" | "ETC/GMT" | "UCT" | "ZULU" | "0")
}

/// What checks and foreign keys on the column add.
fn beside(
    column: &Ident,
    name: &Name,
    free: bool,
    catalog: &Catalog,
    parts: &mut Parts,
    (shape, roles): (Shape, Roles),
) {
    let Some(relation) = catalog.relation(name) else { return };
    let checked = relation.table.constraints.values().any(|constraint| {
        matches!(constraint.kind, model::ConstraintKind::Check { .. })
            && crate::state::constrains(&constraint.kind, column)
    });
    if checked {
        parts.add(Form::AlterTypeChecked, shape, roles.clone());
        if !free {
            parts.unknown(format!(
                "whether the checks of {name} can be computed from the new type is not known"
            ));
        }
    }
    for key in relation.keys_of(column).filter(|key| key.references != *name) {
        let form = if free { Form::AlterTypeReferencing } else { Form::AlterTypeReferencingConverted };
        let referenced = roles::family(catalog, &key.references);
        parts.add(form, shape, roles.clone().with_all(Role::Referenced, referenced));
    }
    let referencing: Vec<Name> =
        catalog.referencing_keys(name, column).filter(|it| *it != name).cloned().collect();
    if !referencing.is_empty() {
        let form = if free { Form::AlterTypeReferenced } else { Form::AlterTypeReferencedConverted };
        parts.add(form, shape, roles.with_all(Role::Referencing, referencing));
    }
}

/// The relations that a type change of a domain or composite has to look at: those with columns of it.
pub(super) fn users(catalog: &Catalog, name: &Name) -> Vec<Name> {
    catalog.pointing_at(Link::Uses, name).cloned().collect()
}
