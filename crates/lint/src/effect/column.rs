//! Clauses of `ALTER TABLE` about a column.

use facts::{ConversionContext, Form, Role, Roles, Shape, Storage};
use model::{Ident, Name, Volatility};
use parse::{Alter, AlterChange, ColumnDefinition, Demand};

use super::{Parts, Session, roles, subject_of};
use crate::convert;
use crate::state::{Catalog, Known, Link, TypeKind, volatility_of};

/// Adds the parts of a clause about a column; says whether it was one.
pub(super) fn alter(
    it: &Alter,
    name: &Name,
    catalog: &Catalog,
    session: &Session,
    parts: &mut Parts,
) -> bool {
    let (form, column) = match &it.change {
        AlterChange::AddColumn { column, if_not_exists } => {
            let there =
                matches!(catalog.relation(name).map(|it| it.column(&column.name)), Some(Known::Yes(_)));
            if there && *if_not_exists {
                parts.lock(name.clone(), model::LockMode::AccessExclusiveLock);
                return true;
            }
            add(column, subject_of(it, catalog, name, None), name, catalog, parts);
            return true;
        }
        AlterChange::DropColumn { column, .. } => {
            drop_column(column, subject_of(it, catalog, name, Some(column)), name, catalog, parts);
            return true;
        }
        AlterChange::AlterType { column, .. } => {
            alter_type(it, column, name, catalog, session, parts);
            return true;
        }
        AlterChange::SetNotNull(column) => (set_not_null(column, name, catalog, parts), column),
        AlterChange::DropNotNull(column) => (Form::DropNotNull, column),
        AlterChange::SetDefault(column, _) => (Form::SetDefault, column),
        AlterChange::DropDefault(column) => (Form::DropDefault, column),
        AlterChange::AddIdentity(column) => (Form::AddIdentity, column),
        AlterChange::SetIdentity(column) => (Form::SetIdentity, column),
        AlterChange::DropIdentity { column, .. } => (Form::DropIdentity, column),
        AlterChange::SetExpression(column, _) => (set_expression(column, name, catalog), column),
        AlterChange::DropExpression { column, .. } => (Form::DropExpression, column),
        AlterChange::SetStatistics(column) if it.kind != parse::RelationKind::Index => {
            (Form::SetStatistics, column)
        }
        AlterChange::SetStorage(column) => (Form::SetStorage, column),
        AlterChange::SetCompression(column) => (Form::SetCompression, column),
        AlterChange::SetColumnOptions(column) => (Form::SetColumnOptions, column),
        AlterChange::RenameColumn { from, .. } => (Form::RenameColumn, from),
        _ => return false,
    };
    // From 18 on a column that may be null already has no constraint to look for in the children.
    let nothing = form == Form::DropNotNull
        && catalog.major >= 18
        && catalog.has(name, column, |it| it.not_null) == Some(false);
    let (shape, roles) = match nothing {
        true => (roles::shape(catalog, name), Roles::of(name.clone())),
        false => subject_of(it, catalog, name, Some(column)),
    };
    parts.add(form, shape, roles);
    true
}

fn set_not_null(column: &Ident, name: &Name, catalog: &Catalog, parts: &mut Parts) -> Form {
    if catalog.has(name, column, |it| it.not_null) == Some(true) {
        return Form::SetNotNullAlready;
    }
    let Some(relation) = catalog.relation(name) else { return Form::SetNotNull };
    if relation.proves_not_null(column) {
        return Form::SetNotNullProven;
    }
    // A constraint that was validated here and never seen: its name is all there is to go by.
    let named = |constraint: &&Ident| constraint.as_str().contains(column.as_str());
    if let Some(constraint) = relation.validated.iter().find(named) {
        parts.unknown(format!("taken to be proved by {constraint}, whose expression is not known"));
        return Form::SetNotNullProven;
    }
    Form::SetNotNull
}

fn set_expression(column: &Ident, name: &Name, catalog: &Catalog) -> Form {
    let stored = catalog.has(name, column, |it| it.generation().is_none_or(|generated| generated.stored));
    if stored == Some(false) { Form::SetExpressionVirtual } else { Form::SetExpressionStored }
}

/// The form of adding a column, without the constraints written inside it.
pub(crate) fn add_form(column: &ColumnDefinition, catalog: &Catalog) -> Form {
    if column.is_serial() {
        return Form::AddColumnSerial;
    }
    if column.identity.is_some() {
        return Form::AddColumnIdentity;
    }
    if let Some(generated) = &column.generated {
        // Before 18 every generated column is stored; from 18 it is virtual unless it says STORED.
        let stored = generated.stored.unwrap_or(catalog.major < 18);
        return if stored { Form::AddColumnGeneratedStored } else { Form::AddColumnGeneratedVirtual };
    }
    let default = column.default.as_ref().filter(|default| !default.is_null);
    let volatility = default.map(|default| volatility_of(default, catalog).0);
    if let Some(constrained) = domain(column, catalog) {
        return match (constrained, volatility) {
            (_, Some(Volatility::Volatile)) => Form::AddColumnDefaultVolatile,
            (true, Some(_)) => Form::AddColumnDomainConstrainedDefault,
            (true, None) => Form::AddColumnDomainConstrained,
            (false, Some(_)) => Form::AddColumnDefault,
            (false, None) if column.not_null() => Form::AddColumnNotNull,
            (false, None) => Form::AddColumnDomain,
        };
    }
    match volatility {
        Some(Volatility::Volatile) => Form::AddColumnDefaultVolatile,
        Some(Volatility::Stable) => Form::AddColumnDefaultStable,
        Some(Volatility::Immutable) => Form::AddColumnDefault,
        None if column.not_null() => Form::AddColumnNotNull,
        None => Form::AddColumn,
    }
}

/// Whether a column's type is a domain, and then whether that has constraints.
fn domain(column: &ColumnDefinition, catalog: &Catalog) -> Option<bool> {
    let text = column.type_reference.as_ref()?.type_name(|name| catalog.resolve_type(name));
    let name = crate::state::named_type(&text.0)?;
    match &catalog.type_state(&name)?.kind {
        TypeKind::Domain { checks, not_null, .. } => Some(!checks.is_empty() || *not_null),
        _ => None,
    }
}

fn add(
    column: &ColumnDefinition,
    (shape, roles): (Shape, Roles),
    name: &Name,
    catalog: &Catalog,
    parts: &mut Parts,
) {
    let form = add_form(column, catalog);
    parts.add(form, shape, roles.clone());
    if let Some(default) = &column.default {
        lock_sequence(&default.text, catalog, parts);
        for function in volatility_of(default, catalog).1 {
            parts.unknown(format!("how volatile {function}() is, is not known; it is taken for volatile"));
        }
    }
    for constraint in &column.constraints {
        match &constraint.demand {
            Demand::Check { .. } => parts.add(Form::InlineCheck, shape, roles.clone()),
            Demand::Unique { .. } => parts.add(Form::InlineUnique, shape, roles.clone()),
            Demand::PrimaryKey { .. } => parts.add(Form::InlinePrimaryKey, shape, roles.clone()),
            Demand::ForeignKey(key) => {
                let form = match column.fills_itself() {
                    true => Form::InlineReferencesDefault,
                    false => Form::InlineReferences,
                };
                let target = catalog.resolve(&key.references);
                let referenced = roles::family(catalog, &target).into_iter().filter(|it| it != name);
                parts.add(form, shape, roles.clone().with_all(Role::Referenced, referenced));
            }
            Demand::NotNull { .. } | Demand::Exclusion { .. } => {}
        }
    }
}

/// The sequence that a default draws from.
pub(super) fn lock_sequence(default: &str, catalog: &Catalog, parts: &mut Parts) {
    if let Some(sequence) = catalog.drawn_from(default).filter(|it| !catalog.is_absent(it)) {
        parts.lock(sequence, model::LockMode::RowExclusiveLock);
    }
}

fn drop_column(
    column: &Ident,
    (shape, roles): (Shape, Roles),
    name: &Name,
    catalog: &Catalog,
    parts: &mut Parts,
) {
    let Some(relation) = catalog.relation(name) else { return };
    if relation.column(column) == Known::No {
        return parts.lock(name.clone(), model::LockMode::AccessExclusiveLock);
    }
    parts.add(Form::DropColumn, shape, roles.clone());
    if catalog.has(name, column, |it| it.generation().is_some()) == Some(true) {
        parts.loses_nothing();
    }
    for key in relation.keys_of(column).filter(|key| key.references != *name) {
        let referenced = roles::family(catalog, &key.references);
        parts.add(Form::DropColumnReferencing, shape, roles.clone().with_all(Role::Referenced, referenced));
    }
    let referencing: Vec<Name> =
        catalog.referencing_keys(name, column).filter(|it| *it != name).cloned().collect();
    if !referencing.is_empty() {
        parts.add(Form::DropColumnReferenced, shape, roles.with_all(Role::Referencing, referencing));
    }
    for reader in catalog.readers_of(name, column) {
        parts.lock(reader, model::LockMode::AccessExclusiveLock);
    }
}

fn alter_type(
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
    let indexed = roles.index_counts(name).of_column > 0;
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
