//! Maintenance of relations.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::{Sink, object};
use crate::action::{Maintain, MaintainTarget, Task, Verb};
use crate::names::{Reference, ident_of, reference};

/// Collects a maintenance statement; says whether it was one.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let maintain = match stmt {
        ast::Stmt::Vacuum(it) => Some(vacuum(it)),
        ast::Stmt::Analyze(it) => Some(plain(Task::Analyze, tables(it.table_and_columns_list()))),
        ast::Stmt::Cluster(it) => Some(cluster(it)),
        ast::Stmt::Repack(it) => Some(Maintain {
            concurrently: says(it.syntax(), "concurrently"),
            ..plain(Task::Repack, tables(it.table_and_columns_list()))
        }),
        ast::Stmt::Reindex(it) => reindex(it),
        ast::Stmt::Refresh(it) => refresh(it),
        _ => return false,
    };
    let verb = maintain.map(|it| Verb::Maintain(Box::new(it)));
    sink.push(stmt.syntax(), verb.unwrap_or_else(|| object::broken(stmt)));
    true
}

/// A task on the relations named, on the whole database where there are none.
fn plain(task: Task, relations: Vec<Reference>) -> Maintain {
    let target = match relations {
        relations if relations.is_empty() => MaintainTarget::Database,
        relations => MaintainTarget::Relations(relations),
    };
    Maintain { index: None, task, target, concurrently: false }
}

fn tables(list: Option<ast::TableAndColumnsList>) -> Vec<Reference> {
    let tables = list.into_iter().flat_map(|list| list.table_and_columnss());
    tables.filter_map(|it| reference(it.table_relation_name()?.table_name_ref()?.path_ref())).collect()
}

fn vacuum(it: &ast::Vacuum) -> Maintain {
    let options = it.vacuum_option_list();
    let analyze = it.analyze_token().is_some() || options.is_some_and(|list| says(list.syntax(), "analyze"));
    let task = if it.is_full() { Task::VacuumFull } else { Task::Vacuum { analyze } };
    plain(task, tables(it.table_and_columns_list()))
}

fn says(node: &SyntaxNode, word: &str) -> bool {
    let words = node.descendants_with_tokens().filter_map(|it| it.into_token());
    words.into_iter().any(|token| token.text().eq_ignore_ascii_case(word))
}

fn cluster(it: &ast::Cluster) -> Maintain {
    let legacy = it.cluster_legacy().and_then(|it| it.on_path()).and_then(|it| it.table_name_ref());
    let table = it.table_name_ref().or(legacy).and_then(|it| reference(it.path_ref()));
    let named =
        it.cluster_using_index().and_then(|it| reference(it.index_ref()?.path_ref())).map(|it| it.name);
    let legacy = it.cluster_legacy().and_then(|it| reference(it.index_ref()?.path_ref())).map(|it| it.name);
    let index = named.or(legacy);
    Maintain { index, ..plain(Task::Cluster, table.into_iter().collect()) }
}

fn reindex(it: &ast::Reindex) -> Option<Maintain> {
    let target = match it.reindex_target()? {
        ast::ReindexTarget::ReindexTargetIndex(it) => {
            MaintainTarget::Index(reference(it.index_ref()?.path_ref())?)
        }
        ast::ReindexTarget::ReindexTargetTable(it) => {
            MaintainTarget::Relations(vec![reference(it.table_name_ref()?.path_ref())?])
        }
        ast::ReindexTarget::ReindexTargetSchema(it) => MaintainTarget::Schema(ident_of(it.schema_ref())?),
        ast::ReindexTarget::ReindexTargetDatabase(_) | ast::ReindexTarget::ReindexTargetSystem(_) => {
            MaintainTarget::Database
        }
    };
    Some(Maintain { index: None, task: Task::Reindex, target, concurrently: it.is_concurrently() })
}

fn refresh(it: &ast::Refresh) -> Option<Maintain> {
    let with_data = !matches!(it.data_option(), Some(ast::DataOption::WithNoData(_)));
    let view = reference(it.view_ref()?.path_ref())?;
    let concurrently = it.concurrently_token().is_some();
    Some(Maintain { concurrently, ..plain(Task::Refresh { with_data }, vec![view]) })
}
