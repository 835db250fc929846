//! Column and constraint definitions.

use model::{ForeignKeyAction, Ident};
use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use crate::action::{
    ColumnDefinition, ConstraintDefinition, Demand, ForeignKeyDefinition, GeneratedDefinition,
};
use crate::expression::{Expression, expression};
use crate::names::{Reference, ident, ident_of, reference};
use crate::types::type_reference;

/// A column of `CREATE TABLE`.
pub(super) fn table_column(column: &ast::Column, sink: &Sink<'_>) -> Option<ColumnDefinition> {
    let mut definition = start(column.syntax(), ident_of(column.name())?, column.ty(), sink);
    for clause in column.clauses() {
        match clause {
            ast::ColumnClause::Collate(it) => definition.collation = collation(&it),
            ast::ColumnClause::ColumnConstraint(it) => {
                if let Some(constraint) = ast::Constraint::cast(it.syntax().clone()) {
                    column_constraint(&constraint, &mut definition, sink);
                }
            }
            _ => {}
        }
    }
    Some(definition)
}

/// The column of an `ADD COLUMN`.
pub(super) fn added_column(add: &ast::AddColumn, sink: &Sink<'_>) -> Option<ColumnDefinition> {
    let mut definition = start(add.syntax(), ident_of(add.column_name())?, add.ty(), sink);
    definition.collation = add.collate().and_then(|it| collation(&it));
    for constraint in add.constraints() {
        column_constraint(&constraint, &mut definition, sink);
    }
    Some(definition)
}

fn start(
    node: &squawk_syntax::SyntaxNode,
    name: Ident,
    ty: Option<ast::Type>,
    sink: &Sink<'_>,
) -> ColumnDefinition {
    let span = sink.span(node);
    ColumnDefinition {
        span,
        name,
        type_span: ty.as_ref().map_or(span, |ty| sink.span(ty.syntax())),
        type_reference: type_reference(ty),
        default: None,
        identity: None,
        generated: None,
        collation: None,
        constraints: Vec::new(),
    }
}

fn collation(collate: &ast::Collate) -> Option<Reference> {
    reference(collate.collation_ref()?.path_ref())
}

/// What a constraint written inside a column does to it: a default, a generation or a constraint.
fn column_constraint(constraint: &ast::Constraint, column: &mut ColumnDefinition, sink: &Sink<'_>) {
    match constraint {
        ast::Constraint::DefaultConstraint(it) => column.default = expression(it.expr()),
        ast::Constraint::GeneratedConstraint(it) => match it.generated_as() {
            Some(ast::GeneratedAs::GeneratedIdentity(it)) => {
                column.identity =
                    Some(matches!(it.generated_when(), Some(ast::GeneratedWhen::GeneratedAlways(_))));
            }
            Some(ast::GeneratedAs::GeneratedStored(it)) => column.generated = generated(&it),
            None => {}
        },
        _ => column.constraints.extend(constraint_definition(constraint, Some(&column.name), sink)),
    }
}

fn generated(it: &ast::GeneratedStored) -> Option<GeneratedDefinition> {
    let stored = it.generated_kind().map(|kind| matches!(kind, ast::GeneratedKind::Stored(_)));
    Some(GeneratedDefinition { expression: expression(it.expr())?, stored })
}

/// A constraint; `column` is the one it stands in, where it stands in one.
pub(super) fn constraint_definition(
    constraint: &ast::Constraint,
    column: Option<&Ident>,
    sink: &Sink<'_>,
) -> Option<ConstraintDefinition> {
    let mut definition = ConstraintDefinition {
        span: sink.span(constraint.syntax()),
        name: ident_of(constraint.constraint_name()),
        demand: demand(constraint, column)?,
        not_valid: false,
        not_enforced: false,
        deferrable: false,
        no_inherit: false,
    };
    for option in constraint.constraint_options() {
        match option {
            ast::ConstraintOption::NotValid(_) => definition.not_valid = true,
            ast::ConstraintOption::NotEnforced(_) => definition.not_enforced = true,
            ast::ConstraintOption::NoInherit(_) => definition.no_inherit = true,
            ast::ConstraintOption::DeferrableConstraintOption(_)
            | ast::ConstraintOption::InitiallyDeferredConstraintOption(_) => definition.deferrable = true,
            _ => {}
        }
    }
    Some(definition)
}

fn demand(constraint: &ast::Constraint, column: Option<&Ident>) -> Option<Demand> {
    let inside: Vec<Ident> = column.cloned().into_iter().collect();
    Some(match constraint {
        ast::Constraint::NotNullConstraint(it) => {
            Demand::NotNull { column: ident_of(it.column_name_ref()).or(column.cloned())? }
        }
        ast::Constraint::CheckConstraint(it) => Demand::Check { expression: expression(it.expr())? },
        ast::Constraint::PrimaryKeyConstraint(it) => {
            let (columns, using_index) = key(it.index_parameters(), it.using_index(), inside);
            Demand::PrimaryKey { columns, using_index }
        }
        ast::Constraint::UniqueConstraint(it) => {
            let nulls = it.index_parameters().and_then(|it| it.nulls_distinct_option());
            let nulls_not_distinct = matches!(nulls, Some(ast::NullsDistinctOption::NullsNotDistinct(_)));
            let (columns, using_index) = key(it.index_parameters(), it.using_index(), inside);
            Demand::Unique { columns, using_index, nulls_not_distinct }
        }
        ast::Constraint::ReferencesConstraint(it) => Demand::ForeignKey(references(it, inside)?),
        ast::Constraint::ForeignKeyConstraint(it) => Demand::ForeignKey(foreign_key(it)?),
        ast::Constraint::ExcludeConstraint(it) => Demand::Exclusion { columns: exclusion(it) },
        ast::Constraint::DefaultConstraint(_)
        | ast::Constraint::GeneratedConstraint(_)
        | ast::Constraint::NullConstraint(_) => return None,
    })
}

fn key(
    parameters: Option<ast::IndexParameters>,
    using_index: Option<ast::UsingIndexName>,
    inside: Vec<Ident>,
) -> (Vec<Ident>, Option<Ident>) {
    if let Some(index) = using_index.and_then(|it| it.index_ref()).and_then(|it| reference(it.path_ref())) {
        return (Vec::new(), Some(index.name));
    }
    let listed = parameters.and_then(|it| it.column_list());
    let columns = listed.map(|list| list.column_name_refs().map(|it| ident(it.syntax())).collect());
    (columns.unwrap_or(inside), None)
}

fn exclusion(it: &ast::ExcludeConstraint) -> Vec<Ident> {
    let keys = it.constraint_exclusion_list().into_iter().flat_map(|list| list.constraint_exclusions());
    keys.filter_map(|key| expression(key.expr())).flat_map(|found: Expression| found.columns).collect()
}

fn references(it: &ast::ReferencesConstraint, columns: Vec<Ident>) -> Option<ForeignKeyDefinition> {
    let (on_delete, on_update) = referential_actions(it.referential_actions());
    Some(ForeignKeyDefinition {
        columns,
        references: reference(it.table()?.path_ref())?,
        referenced_columns: ident_of(it.column()).into_iter().collect(),
        on_delete,
        on_update,
    })
}

fn foreign_key(it: &ast::ForeignKeyConstraint) -> Option<ForeignKeyDefinition> {
    let (on_delete, on_update) = referential_actions(it.referential_actions());
    Some(ForeignKeyDefinition {
        columns: key_columns(it.from_columns()),
        references: reference(it.table_name_ref()?.path_ref())?,
        referenced_columns: key_columns(it.to_columns()),
        on_delete,
        on_update,
    })
}

fn key_columns(list: Option<ast::ForeignKeyColumnList>) -> Vec<Ident> {
    let Some(list) = list else { return Vec::new() };
    let plain = list.column_name_refs().map(|it| ident(it.syntax()));
    plain.chain(list.period_column().and_then(|it| ident_of(it.name()))).collect()
}

fn referential_actions(
    actions: impl Iterator<Item = ast::ReferentialAction>,
) -> (ForeignKeyAction, ForeignKeyAction) {
    let (mut on_delete, mut on_update) = Default::default();
    for action in actions {
        match action {
            ast::ReferentialAction::OnDeleteAction(it) => on_delete = action_of(it.ref_action()),
            ast::ReferentialAction::OnUpdateAction(it) => on_update = action_of(it.ref_action()),
        }
    }
    (on_delete, on_update)
}

fn action_of(action: Option<ast::RefAction>) -> ForeignKeyAction {
    match action {
        Some(ast::RefAction::Cascade(_)) => ForeignKeyAction::Cascade,
        Some(ast::RefAction::Restrict(_)) => ForeignKeyAction::Restrict,
        Some(ast::RefAction::SetNullColumns(_)) => ForeignKeyAction::SetNull,
        Some(ast::RefAction::SetDefaultColumns(_)) => ForeignKeyAction::SetDefault,
        Some(ast::RefAction::NoAction(_)) | None => ForeignKeyAction::NoAction,
    }
}
