//! A change as the forms of statement that make it.

use facts::{ConversionContext, Form, Storage, Using};
use model::{
    Change, Column, ColumnOption, Constraint, ConstraintKind, Expr, Ident, Name, Object, ObjectRef, Schema,
    TableOption, Volatility,
};

use super::Act;

/// The acts of a change's own statements, as a plain push sends them.
pub fn acts(change: &Change, schema: &Schema) -> Vec<Act> {
    match change {
        Change::Create { object } => create(object),
        Change::Drop { object } => drop(object, schema),
        Change::Replace { from, to } => replace(from, to),
        Change::RenameTable { from, to } => rename_table(from, to),
        Change::AddColumn { table, column } => vec![Act::new(add_column(column, schema), table)],
        Change::DropColumn { table, column } => drop_column(table, column, schema),
        Change::RenameColumn { table, from, .. } => vec![Act::new(Form::RenameColumn, table).on(from)],
        Change::AlterColumnType { table, from, to, using } => {
            vec![Act::new(alter_type(from, to, using.as_ref()), table).on(&from.name)]
        }
        Change::SetNotNull { table, column, not_null } => {
            let form = match (not_null, proves_not_null(schema, table, column)) {
                (true, true) => Form::SetNotNullProven,
                (true, false) => Form::SetNotNull,
                (false, _) => Form::DropNotNull,
            };
            vec![Act::new(form, table).on(column)]
        }
        Change::SetDefault { table, to, .. } => {
            vec![Act::new(if to.is_some() { Form::SetDefault } else { Form::DropDefault }, table)]
        }
        Change::SetIdentity { table, from, to, .. } => {
            let form = match (from, to) {
                (_, None) => Form::DropIdentity,
                (None, Some(_)) => Form::AddIdentity,
                (Some(_), Some(_)) => Form::SetIdentity,
            };
            vec![Act::new(form, table)]
        }
        Change::SetGenerated { table, from, to } => set_generated(table, from, to, schema),
        Change::SetColumnOption { table, option, .. } => {
            let form = match option {
                ColumnOption::Storage => Form::SetStorage,
                ColumnOption::Compression => Form::SetCompression,
                ColumnOption::Statistics => Form::SetStatistics,
            };
            vec![Act::new(form, table)]
        }
        Change::AddConstraint { table, constraint } => vec![add_constraint(table, constraint, schema)],
        Change::DropConstraint { table, constraint } => vec![drop_constraint(table, constraint, schema)],
        Change::AlterForeignKey { table, from, to } => {
            vec![drop_constraint(table, from, schema), add_constraint(table, to, schema)]
        }
        Change::ValidateConstraint { table, constraint } => vec![validate(table, constraint)],
        Change::RenameConstraint { table, .. } => vec![Act::new(Form::RenameConstraint, table)],
        Change::CreateIndex { table, .. } => vec![Act::new(Form::CreateIndex, table)],
        Change::DropIndex { table, .. } => vec![Act::new(Form::DropIndex, table)],
        Change::RenameIndex { table, .. } => vec![Act::new(Form::RenameIndex, table)],
        Change::AddEnumValue { name, .. } => vec![Act::new(Form::AddEnumValue, name)],
        Change::ReplaceEnum { columns, .. } => columns
            .iter()
            .map(|(table, column)| Act::new(Form::AlterTypeRewrites, table).on(&column.name))
            .collect(),
        Change::SetTableOption { table, option, to, .. } => vec![set_option(table, option, to.as_deref())],
        Change::SetPartition { table, from, to } => set_partition(table, from.as_ref(), to.as_ref()),
        Change::Comment { on, .. } => comment(on),
    }
}

fn create(object: &Object) -> Vec<Act> {
    match object {
        Object::Table { name, table } => match (&table.partition_of, table.inherits.first()) {
            (Some((parent, _)), _) => vec![Act::new(Form::CreatePartition, parent)],
            (None, Some(parent)) => vec![Act::new(Form::CreateInheriting, parent)],
            (None, None) => vec![Act::new(Form::CreateTable, name)],
        },
        Object::View { name, view } => {
            let form = match (view.materialized, view.no_data) {
                (false, _) => Form::CreateView,
                (true, false) => Form::CreateMaterializedView,
                (true, true) => Form::CreateMaterializedViewNoData,
            };
            reading(form, name, &view.depends_on)
        }
        Object::Trigger { table, .. } => vec![Act::new(Form::CreateTrigger, table)],
        Object::Rule { table, .. } => vec![Act::new(Form::CreateRule, table)],
        Object::Policy { table, .. } => vec![Act::new(Form::CreatePolicy, table)],
        // What names no relation that exists locks none.
        _ => Vec::new(),
    }
}

/// One act for each relation that a query reads.
fn reading(form: Form, name: &Name, uses: &std::collections::BTreeSet<ObjectRef>) -> Vec<Act> {
    let mut sources: Vec<&Name> = uses
        .iter()
        .filter_map(|used| match used {
            ObjectRef::Table(source) | ObjectRef::View(source) | ObjectRef::Column(source, _) => Some(source),
            _ => None,
        })
        .collect();
    sources.dedup();
    let mut acts: Vec<Act> = sources.into_iter().map(|source| Act::new(form, name).with(source)).collect();
    if acts.is_empty() {
        acts.push(Act::new(form, name));
    }
    acts
}

fn drop(object: &Object, schema: &Schema) -> Vec<Act> {
    match object {
        Object::Table { name, table } => {
            let mut acts: Vec<Act> = match &table.partition_of {
                Some(_) => vec![Act::new(Form::DropPartition, name)],
                None => vec![Act::new(Form::DropTable, name)],
            };
            let keys = schema.table(name).into_iter().flat_map(model::Table::foreign_keys);
            acts.extend(
                keys.map(|(_, key)| Act::new(Form::DropTableReferencing, name).with(&key.references)),
            );
            acts
        }
        Object::View { name, view } if view.materialized => vec![Act::new(Form::DropMaterializedView, name)],
        Object::View { name, .. } => vec![Act::new(Form::DropView, name)],
        Object::Trigger { table, .. } => vec![Act::new(Form::DropTrigger, table)],
        Object::Rule { table, .. } => vec![Act::new(Form::DropRule, table)],
        Object::Policy { table, .. } => vec![Act::new(Form::DropPolicy, table)],
        Object::Sequence { name, .. } => vec![Act::new(Form::DropSequence, name)],
        _ => Vec::new(),
    }
}

fn replace(from: &Object, to: &Object) -> Vec<Act> {
    match (from, to) {
        (Object::View { .. }, Object::View { name, .. }) => vec![Act::new(Form::ReplaceView, name)],
        (Object::Sequence { .. }, Object::Sequence { name, sequence }) => match &sequence.owned_by {
            Some((table, _)) => vec![Act::new(Form::AlterSequenceOwnedBy, name).with(table)],
            None => vec![Act::new(Form::AlterSequence, name)],
        },
        (Object::Policy { .. }, Object::Policy { table, .. }) => vec![Act::new(Form::AlterPolicy, table)],
        (Object::Trigger { .. }, Object::Trigger { table, .. }) => {
            vec![Act::new(Form::DropTrigger, table), Act::new(Form::CreateTrigger, table)]
        }
        (Object::Rule { .. }, Object::Rule { table, .. }) => {
            vec![Act::new(Form::DropRule, table), Act::new(Form::CreateRule, table)]
        }
        _ => Vec::new(),
    }
}

fn rename_table(from: &Name, to: &Name) -> Vec<Act> {
    let mut acts = Vec::new();
    if from.schema != to.schema {
        acts.push(Act::new(Form::SetSchema, from));
    }
    if from.name != to.name {
        acts.push(Act::new(Form::RenameTable, from));
    }
    acts
}

fn add_column(column: &Column, schema: &Schema) -> Form {
    let domain = column.type_name.0.parse::<Name>().ok().and_then(|name| schema.domains.get(&name));
    if let Some(generated) = &column.generated {
        return if generated.stored {
            Form::AddColumnGeneratedStored
        } else {
            Form::AddColumnGeneratedVirtual
        };
    }
    if column.identity.is_some() {
        return Form::AddColumnIdentity;
    }
    match (column.default_volatility, &column.default, domain) {
        (Some(Volatility::Volatile) | None, Some(_), _) => Form::AddColumnDefaultVolatile,
        (_, default, Some(domain)) if domain.not_null || !domain.constraints.is_empty() => match default {
            Some(_) => Form::AddColumnDomainConstrainedDefault,
            None => Form::AddColumnDomainConstrained,
        },
        (_, None, Some(_)) => Form::AddColumnDomain,
        (Some(Volatility::Stable), Some(_), _) => Form::AddColumnDefaultStable,
        (_, Some(_), _) => Form::AddColumnDefault,
        (_, None, None) if column.not_null => Form::AddColumnNotNull,
        (_, None, None) => Form::AddColumn,
    }
}

fn drop_column(table: &Name, column: &Column, schema: &Schema) -> Vec<Act> {
    let mut acts = vec![Act::new(Form::DropColumn, table).on(&column.name)];
    let keys = schema.table(table).into_iter().flat_map(model::Table::foreign_keys);
    let of_column = keys.filter(|(_, key)| key.columns.contains(&column.name));
    acts.extend(of_column.map(|(_, key)| Act::new(Form::DropColumnReferencing, table).with(&key.references)));
    acts
}

/// The conversion as facts know it. Those of the newest major hold for all that are supported, as measured.
fn alter_type(from: &Column, to: &Column, using: Option<&Expr>) -> Form {
    let using = if using.is_some() { Using::Cast } else { Using::None };
    let context = ConversionContext { using, indexed: true, utc: false };
    match facts::conversion(&from.type_name, &to.type_name, context, facts::MAJOR_MAX).storage {
        Storage::Free if from.collation == to.collation => Form::AlterTypeFree,
        Storage::Free | Storage::RebuildsIndexes => Form::AlterTypeRebuildsIndexes,
        // Of types that are not PostgreSQL's own nothing is known: they count as the dearest.
        Storage::Rewrites | Storage::Refused | Storage::Unknown => Form::AlterTypeRewrites,
    }
}

/// A validated `CHECK (c IS NOT NULL)` spares the scan.
fn proves_not_null(schema: &Schema, table: &Name, column: &Ident) -> bool {
    let proof = format!("({column} IS NOT NULL)");
    let constraints = schema.table(table).into_iter().flat_map(|table| table.constraints.values());
    let mut valid = constraints.filter(|constraint| !constraint.not_valid && !constraint.not_enforced);
    valid.any(|c| matches!(&c.kind, ConstraintKind::Check { expression, .. } if expression.0 == proof))
}

fn set_generated(table: &Name, from: &Column, to: &Column, schema: &Schema) -> Vec<Act> {
    match (&from.generated, &to.generated) {
        (Some(old), None) if old.stored => vec![Act::new(Form::DropExpression, table).on(&to.name)],
        _ => vec![
            Act::new(Form::DropColumn, table).on(&from.name),
            Act::new(add_column(to, schema), table).on(&to.name),
        ],
    }
}

fn add_constraint(table: &Name, constraint: &Constraint, schema: &Schema) -> Act {
    let unproved = (constraint.not_valid, constraint.not_enforced);
    match &constraint.kind {
        ConstraintKind::Check { .. } => Act::new(
            match unproved {
                (_, true) => Form::AddCheckNotEnforced,
                (true, _) => Form::AddCheckNotValid,
                _ => Form::AddCheck,
            },
            table,
        ),
        ConstraintKind::ForeignKey(key) => {
            let partitioned = schema.table(&key.references).is_some_and(|table| table.partition_by.is_some());
            let form = match unproved {
                (_, true) => Form::AddForeignKeyNotEnforced,
                (true, _) => Form::AddForeignKeyNotValid,
                _ if partitioned => Form::AddForeignKeyPartitioned,
                _ => Form::AddForeignKey,
            };
            Act::new(form, table).with(&key.references)
        }
        ConstraintKind::Unique { .. } => Act::new(Form::AddUnique, table),
        ConstraintKind::Exclusion { .. } => Act::new(Form::AddExclusion, table),
        ConstraintKind::NotNull { column } => Act::new(Form::AddNotNullNotValid, table).on(column),
        ConstraintKind::PrimaryKey { columns, .. } => {
            let nullable = schema.table(table).is_some_and(|table| {
                columns.iter().any(|name| table.column(name).is_some_and(|column| !column.not_null))
            });
            Act::new(if nullable { Form::AddPrimaryKeyNullable } else { Form::AddPrimaryKey }, table)
        }
    }
}

fn drop_constraint(table: &Name, constraint: &Constraint, schema: &Schema) -> Act {
    let referenced = || {
        let keys = schema.tables.values().flat_map(model::Table::foreign_keys);
        let mut needing = keys.filter(|(_, key)| key.references == *table);
        needing.any(|(_, key)| key.referenced_columns == constraint.columns())
    };
    match &constraint.kind {
        ConstraintKind::Check { .. } => Act::new(Form::DropCheck, table),
        ConstraintKind::ForeignKey(key) => Act::new(Form::DropForeignKey, table).with(&key.references),
        ConstraintKind::NotNull { .. } => Act::new(Form::DropNotNullConstraint, table),
        ConstraintKind::Exclusion { .. } => Act::new(Form::DropExclusion, table),
        _ if referenced() => Act::new(Form::DropKeyReferenced, table),
        ConstraintKind::PrimaryKey { .. } => Act::new(Form::DropPrimaryKey, table),
        ConstraintKind::Unique { .. } => Act::new(Form::DropUnique, table),
    }
}

fn validate(table: &Name, constraint: &Constraint) -> Act {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Act::new(Form::ValidateForeignKey, table).with(&key.references),
        ConstraintKind::NotNull { column } => Act::new(Form::ValidateNotNull, table).on(column),
        _ => Act::new(Form::ValidateCheck, table),
    }
}

fn set_option(table: &Name, option: &TableOption, to: Option<&str>) -> Act {
    let form = match (option, to) {
        (TableOption::RowSecurity, _) => Form::EnableRowSecurity,
        (TableOption::ForceRowSecurity, _) => Form::ForceRowSecurity,
        (TableOption::Unlogged, Some(_)) => Form::SetUnlogged,
        (TableOption::Unlogged, None) => Form::SetLogged,
        (TableOption::ReplicaIdentity, Some(text)) if text.starts_with("USING INDEX") => {
            Form::ReplicaIdentityUsingIndex
        }
        (TableOption::ReplicaIdentity, _) => Form::ReplicaIdentityFull,
        (TableOption::Inherit(_), Some(_)) => Form::Inherit,
        (TableOption::Inherit(_), None) => Form::NoInherit,
        (TableOption::Parameter(_), _) => Form::SetStorageParameter,
    };
    Act::new(form, table)
}

fn set_partition(table: &Name, from: Option<&(Name, Expr)>, to: Option<&(Name, Expr)>) -> Vec<Act> {
    let detach = from.map(|(parent, _)| Act::new(Form::DetachPartition, parent).with(table));
    let attach = to.map(|(parent, _)| Act::new(Form::AttachPartition, parent).with(table));
    detach.into_iter().chain(attach).collect()
}

fn comment(on: &ObjectRef) -> Vec<Act> {
    match on {
        ObjectRef::Table(table)
        | ObjectRef::Column(table, _)
        | ObjectRef::View(table)
        | ObjectRef::MaterializedView(table) => {
            vec![Act::new(Form::Comment, table)]
        }
        ObjectRef::Index(table, _) => vec![Act::new(Form::CommentOnIndex, table)],
        ObjectRef::Constraint(table, _) => vec![Act::new(Form::CommentOnConstraint, table)],
        _ => Vec::new(),
    }
}
