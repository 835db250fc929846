//! A change as the forms of statement that make it.

mod column;
mod constraint;
mod object;
mod table;

use facts::Form;
use model::{Change, Schema};

use super::Act;

/// The acts of a change's own statements, as a plain push sends them.
pub fn acts(change: &Change, schema: &Schema) -> Vec<Act> {
    match change {
        Change::Create { object } => object::create(object, schema),
        Change::Drop { object } => object::drop(object, schema),
        Change::Replace { from, to } => object::replace(from, to),
        Change::RenameTable { from, to } => table::rename_table(from, to),
        Change::AddColumn { table, column } => vec![Act::new(column::add_column(column, schema), table)],
        Change::DropColumn { table, column } => column::drop_column(table, column, schema),
        Change::RenameColumn { table, from, .. } => vec![Act::new(Form::RenameColumn, table).on(from)],
        Change::AlterColumnType { table, from, to, using } => {
            column::alter_type(table, (from, to), using.as_ref(), schema)
        }
        Change::SetNotNull { table, column, not_null } => {
            vec![Act::new(column::set_not_null(table, column, *not_null, schema), table).on(column)]
        }
        Change::SetDefault { table, to, .. } => {
            vec![Act::new(if to.is_some() { Form::SetDefault } else { Form::DropDefault }, table)]
        }
        Change::SetIdentity { table, from, to, .. } => {
            vec![Act::new(column::set_identity(from.as_ref(), to.as_ref()), table)]
        }
        Change::SetGenerated { table, from, to } => column::set_generated(table, from, to, schema),
        Change::SetColumnOption { table, option, .. } => {
            vec![Act::new(column::set_option(*option), table)]
        }
        Change::AddConstraint { table, constraint } => {
            vec![constraint::add_constraint(table, constraint, schema)]
        }
        Change::DropConstraint { table, constraint } => {
            vec![constraint::drop_constraint(table, constraint, schema)]
        }
        Change::AlterForeignKey { table, from, to } => {
            vec![
                constraint::drop_constraint(table, from, schema),
                constraint::add_constraint(table, to, schema),
            ]
        }
        Change::ValidateConstraint { table, constraint } => vec![constraint::validate(table, constraint)],
        Change::RenameConstraint { table, .. } => vec![Act::new(Form::RenameConstraint, table)],
        Change::CreateIndex { table, .. } => vec![Act::new(Form::CreateIndex, table)],
        Change::DropIndex { table, .. } => vec![Act::new(Form::DropIndex, table)],
        Change::RenameIndex { table, .. } => vec![Act::new(Form::RenameIndex, table)],
        Change::AddEnumValue { name, .. } => vec![Act::new(Form::AddEnumValue, name)],
        Change::ReplaceEnum { columns, .. } => columns
            .iter()
            .map(|(table, column)| Act::new(Form::AlterTypeRewrites, table).on(&column.name))
            .collect(),
        Change::SetTableOption { table, option, to, .. } => {
            vec![table::set_option(table, option, to.as_deref())]
        }
        Change::SetPartition { table, from, to } => {
            table::set_partition(table, from.as_ref(), to.as_ref(), schema)
        }
        Change::Comment { on, .. } => table::comment(on),
    }
}
