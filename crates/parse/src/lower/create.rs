//! `CREATE` of relations and what stands in them.

use model::{Ident, Operation};
use squawk_syntax::ast::{self, AstNode};

use super::column::{constraint_definition, table_column};
use super::query::query_of;
use super::routine::routine;
use super::{Sink, object};
use crate::action::{
    Bound, CreateFromQuery, CreateIndex, CreateSequence, CreateTable, IndexKeyDefinition, LikeClause,
    Persistence, RelationKind, Verb,
};
use crate::expression::expression;
use crate::names::{Reference, ident, ident_of, new_name, parts_of, reference, references};
use crate::types::type_reference;

/// Collects a `CREATE` of a relation, a routine or a namespace; says whether it was one.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let verb = match stmt {
        ast::Stmt::CreateTable(it) => create_table(it, sink),
        ast::Stmt::CreateForeignTable(it) => foreign_table(it, sink),
        ast::Stmt::CreateTableAs(it) => table_as(it),
        ast::Stmt::SelectInto(it) => select_into(it),
        ast::Stmt::CreateView(it) => view(it),
        ast::Stmt::CreateMaterializedView(it) => materialized_view(it),
        ast::Stmt::CreateIndex(it) => create_index(it),
        ast::Stmt::CreateSequence(it) => sequence(it),
        ast::Stmt::CreateFunction(it) => {
            routine(it.name().and_then(|it| new_name(it.path())), it.or_replace(), it.option_list())
        }
        ast::Stmt::CreateProcedure(it) => {
            routine(it.name().and_then(|it| new_name(it.path())), it.or_replace(), it.option_list())
        }
        ast::Stmt::CreateSchema(it) => return schema(it, sink),
        _ => return false,
    };
    sink.push(stmt.syntax(), verb.unwrap_or_else(|| object::broken(stmt)));
    true
}

fn create_table(it: &ast::CreateTable, sink: &Sink<'_>) -> Option<Verb> {
    let mut table = CreateTable {
        name: Some(new_name(it.table_name()?.path())?),
        if_not_exists: it.if_not_exists().is_some(),
        persistence: persistence(it.persistence()),
        inherits: it.inherits().map(|it| references(it.table_name_refs())).unwrap_or_default(),
        partition_of: partition_of(it.partition_of(), it.partition_type()),
        partition_by: it.partition_by().map(|it| it.syntax().text().to_string()),
        of_type: it.of_type().and_then(|it| type_reference(it.ty())),
        ..CreateTable::default()
    };
    arguments(it.table_arg_list(), &mut table, sink);
    Some(Verb::CreateTable(Box::new(table)))
}

fn foreign_table(it: &ast::CreateForeignTable, sink: &Sink<'_>) -> Option<Verb> {
    let mut table = CreateTable {
        name: Some(new_name(it.table_name()?.path())?),
        if_not_exists: it.if_not_exists().is_some(),
        foreign: true,
        partition_of: partition_of(it.partition_of(), it.partition_type()),
        ..CreateTable::default()
    };
    arguments(it.table_arg_list(), &mut table, sink);
    Some(Verb::CreateTable(Box::new(table)))
}

fn arguments(list: Option<ast::TableArgList>, table: &mut CreateTable, sink: &Sink<'_>) {
    for argument in list.into_iter().flat_map(|list| list.args()) {
        match argument {
            ast::TableArg::Column(it) => table.columns.extend(table_column(&it, sink)),
            ast::TableArg::LikeClause(it) => table.like.extend(like_clause(&it)),
            ast::TableArg::TableConstraint(it) => {
                let constraint = ast::Constraint::cast(it.syntax().clone());
                table.constraints.extend(constraint.and_then(|it| constraint_definition(&it, None, sink)));
            }
        }
    }
}

fn like_clause(it: &ast::LikeClause) -> Option<LikeClause> {
    let table = reference(it.relation_name_ref()?.path_ref())?;
    let mut like = LikeClause { table, defaults: false, constraints: false, indexes: false, identity: false };
    for option in it.like_options() {
        let (including, property) = match option {
            ast::LikeOption::IncludingProperty(it) => (true, it.table_property()),
            ast::LikeOption::ExcludingProperty(it) => (false, it.table_property()),
        };
        match property {
            Some(ast::TableProperty::PropertyAll(_)) => {
                (like.defaults, like.constraints) = (including, including);
                (like.indexes, like.identity) = (including, including);
            }
            Some(ast::TableProperty::PropertyDefaults(_)) => like.defaults = including,
            Some(ast::TableProperty::PropertyConstraints(_)) => like.constraints = including,
            Some(ast::TableProperty::PropertyIndexes(_)) => like.indexes = including,
            Some(ast::TableProperty::PropertyIdentity(_)) => like.identity = including,
            _ => {}
        }
    }
    Some(like)
}

fn partition_of(
    parent: Option<ast::PartitionOf>,
    bound: Option<ast::PartitionType>,
) -> Option<(Reference, Bound)> {
    Some((reference(parent?.table_name_ref()?.path_ref())?, partition_bound(bound)))
}

/// The bound of a partition as written.
pub(super) fn partition_bound(bound: Option<ast::PartitionType>) -> Bound {
    let is_default = matches!(bound, Some(ast::PartitionType::PartitionDefault(_)));
    Bound { text: bound.map(|it| it.syntax().text().to_string()).unwrap_or_default(), is_default }
}

pub(super) fn persistence(node: Option<ast::Persistence>) -> Persistence {
    match node {
        Some(ast::Persistence::Temp(_)) => Persistence::Temporary,
        Some(ast::Persistence::Unlogged(_)) => Persistence::Unlogged,
        None => Persistence::Permanent,
    }
}

fn from_query(kind: RelationKind, name: Reference, query: &squawk_syntax::SyntaxNode) -> CreateFromQuery {
    CreateFromQuery {
        kind,
        name,
        if_not_exists: false,
        or_replace: false,
        persistence: Persistence::Permanent,
        with_data: true,
        columns: Vec::new(),
        query: query_of(query),
    }
}

fn table_as(it: &ast::CreateTableAs) -> Option<Verb> {
    let name = new_name(it.table_name()?.path())?;
    let created = from_query(RelationKind::Table, name, it.query()?.syntax());
    Some(Verb::CreateFromQuery(Box::new(CreateFromQuery {
        if_not_exists: it.if_not_exists().is_some(),
        persistence: persistence(it.persistence()),
        with_data: !matches!(it.data_option(), Some(ast::DataOption::WithNoData(_))),
        ..created
    })))
}

fn select_into(it: &ast::SelectInto) -> Option<Verb> {
    let into = it.into_clause()?;
    let created = from_query(RelationKind::Table, new_name(into.table_name()?.path())?, it.syntax());
    let persistence = persistence(into.persistence());
    Some(Verb::CreateFromQuery(Box::new(CreateFromQuery { persistence, ..created })))
}

fn view(it: &ast::CreateView) -> Option<Verb> {
    let name = new_name(it.view()?.path())?;
    let created = from_query(RelationKind::View, name, it.query()?.syntax());
    Some(Verb::CreateFromQuery(Box::new(CreateFromQuery {
        or_replace: it.or_replace().is_some(),
        persistence: persistence(it.persistence()),
        columns: column_names(it.column_list()),
        ..created
    })))
}

fn materialized_view(it: &ast::CreateMaterializedView) -> Option<Verb> {
    let name = new_name(it.view()?.path())?;
    let created = from_query(RelationKind::MaterializedView, name, it.query()?.syntax());
    Some(Verb::CreateFromQuery(Box::new(CreateFromQuery {
        if_not_exists: it.if_not_exists().is_some(),
        with_data: !matches!(it.data_option(), Some(ast::DataOption::WithNoData(_))),
        columns: column_names(it.column_list()),
        ..created
    })))
}

fn column_names(list: Option<ast::ColumnList>) -> Vec<Ident> {
    list.into_iter().flat_map(|list| list.column_names()).map(|it| ident(it.syntax())).collect()
}

fn create_index(it: &ast::CreateIndex) -> Option<Verb> {
    let table = it.table_relation_name()?;
    let method = it.using_method().and_then(|it| ident_of(it.access_method_ref()));
    let include = it.index_include_clause().and_then(|it| it.partition_item_list());
    let nulls = it.nulls_distinct_option();
    Some(Verb::CreateIndex(Box::new(CreateIndex {
        name: it.index().and_then(|it| new_name(it.path())).map(|it| it.name),
        only: table.only_token().is_some(),
        table: reference(table.table_name_ref()?.path_ref())?,
        concurrently: it.concurrently_token().is_some(),
        if_not_exists: it.if_not_exists().is_some(),
        unique: it.unique_token().is_some(),
        method: method.unwrap_or_else(|| Ident::new("btree")),
        keys: index_keys(it.partition_item_list()),
        include: index_keys(include).into_iter().filter_map(|key| key.column).collect(),
        predicate: it.where_clause().and_then(|it| expression(it.expr())),
        nulls_not_distinct: matches!(nulls, Some(ast::NullsDistinctOption::NullsNotDistinct(_))),
    })))
}

fn index_keys(list: Option<ast::PartitionItemList>) -> Vec<IndexKeyDefinition> {
    let items = list.into_iter().flat_map(|list| list.partition_items());
    items.filter_map(|item| index_key(&item)).collect()
}

fn index_key(item: &ast::PartitionItem) -> Option<IndexKeyDefinition> {
    let key = item.expr()?;
    // `a COLLATE "C"` is parsed as one expression; the key is what is collated.
    let key = match &key {
        ast::Expr::Collate(it) => it.expr().unwrap_or(key),
        _ => key,
    };
    let column = match &key {
        ast::Expr::NameRef(name) => Some(ident(name.syntax())),
        _ => None,
    };
    Some(IndexKeyDefinition {
        column,
        expression: expression(Some(key))?,
        opclass: item.op_class_ref().and_then(|it| reference(it.path_ref())),
        descending: matches!(item.sort_order(), Some(ast::SortOrder::SortDesc(_))),
    })
}

fn sequence(it: &ast::CreateSequence) -> Option<Verb> {
    let mut sequence = CreateSequence {
        name: new_name(it.sequence()?.path())?,
        if_not_exists: it.if_not_exists().is_some(),
        persistence: persistence(it.persistence()),
        owned_by: None,
        type_reference: None,
    };
    for option in it.sequence_options() {
        match option {
            ast::SequenceOption::OptionOwnedBy(it) => sequence.owned_by = owner(&it),
            ast::SequenceOption::OptionAsType(it) => sequence.type_reference = type_reference(it.ty()),
            _ => {}
        }
    }
    Some(Verb::CreateSequence(Box::new(sequence)))
}

/// The table and column of `OWNED BY table.column`.
pub(super) fn owner(it: &ast::OptionOwnedBy) -> Option<(Reference, Ident)> {
    let Some(ast::OwnedByTarget::QualifiedColumnNameRef(column)) = it.owned_by_target() else { return None };
    let mut parts = parts_of(column.path_ref());
    let column = parts.pop()?;
    let name = parts.pop()?;
    Some((Reference { schema: parts.pop(), name }, column))
}

/// A namespace, and what the same statement creates in it.
fn schema(it: &ast::CreateSchema, sink: &mut Sink<'_>) -> bool {
    let name = match it.create_schema_target() {
        Some(ast::CreateSchemaTarget::NamedSchema(it)) => ident_of(it.schema()),
        Some(ast::CreateSchemaTarget::AuthorizationSchema(it)) => ident_of(it.role()),
        None => None,
    };
    let Some(name) = name.or_else(|| it.schema_name().map(|node| ident(&node))) else {
        sink.push(it.syntax(), Verb::Other(Operation::CreateSchema, Default::default()));
        return true;
    };
    let if_not_exists = it.if_not_exists().is_some();
    sink.push(it.syntax(), Verb::CreateSchema { name: name.clone(), if_not_exists });
    let first = sink.actions.len();
    for element in it.schema_elements() {
        if let Some(stmt) = ast::Stmt::cast(element.syntax().clone()) {
            super::statement(&stmt, sink);
        }
    }
    for action in &mut sink.actions[first..] {
        put_into(&name, &mut action.verb);
    }
    true
}

/// Names without a namespace in a `CREATE SCHEMA` are in that namespace.
fn put_into(schema: &Ident, verb: &mut Verb) {
    let place = |name: &mut Reference| {
        name.schema.get_or_insert_with(|| schema.clone());
    };
    match verb {
        Verb::CreateTable(it) => it.name.iter_mut().for_each(place),
        Verb::CreateFromQuery(it) => place(&mut it.name),
        Verb::CreateIndex(it) => place(&mut it.table),
        Verb::CreateSequence(it) => place(&mut it.name),
        Verb::CreateType(it) => place(&mut it.name),
        Verb::CreateRoutine(it) => place(&mut it.name),
        Verb::CreateOnTable(it) => place(&mut it.table),
        _ => {}
    }
}
