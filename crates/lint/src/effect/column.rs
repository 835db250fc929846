//! Clauses of `ALTER TABLE` about a column.

use facts::{Form, Role, Roles, Shape};
use model::{Ident, Name, Volatility};
use parse::{Alter, AlterChange, ColumnDefinition, Demand};

use super::retyped::alter_type;
use super::{Parts, Session, roles, subject_of};
use crate::state::{Catalog, Known, TypeKind, volatility_of};

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
