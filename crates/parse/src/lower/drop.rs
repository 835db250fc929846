//! `DROP` of anything.

use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use super::alter::cascades;
use crate::action::{Drop, DropKind, Verb};
use crate::names::{Reference, ident_of, reference, references};

/// What one `DROP` statement says.
struct Dropped {
    kind: DropKind,
    names: Vec<Reference>,
    table: Option<Reference>,
    if_exists: bool,
    cascade: bool,
    concurrently: bool,
}

impl Dropped {
    fn new(
        kind: DropKind,
        names: Vec<Reference>,
        if_exists: Option<ast::IfExists>,
        behavior: Option<ast::DropBehavior>,
    ) -> Self {
        let (if_exists, cascade) = (if_exists.is_some(), cascades(behavior));
        Self { kind, names, table: None, if_exists, cascade, concurrently: false }
    }
}

/// Collects a `DROP`; says whether it was one.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let Some(dropped) =
        relation(stmt).or_else(|| type_or_routine(stmt)).or_else(|| plain(stmt)).or_else(|| on_table(stmt))
    else {
        return false;
    };
    let of = dropped.names.len();
    for name in dropped.names {
        let verb = Verb::Drop(Box::new(Drop {
            kind: dropped.kind,
            name,
            table: dropped.table.clone(),
            if_exists: dropped.if_exists,
            cascade: dropped.cascade,
            concurrently: dropped.concurrently,
            of,
        }));
        sink.push(stmt.syntax(), verb);
    }
    of > 0
}

fn relation(stmt: &ast::Stmt) -> Option<Dropped> {
    use DropKind as Kind;
    Some(match stmt {
        ast::Stmt::DropTable(it) => {
            Dropped::new(Kind::Table, references(it.table_name_refs()), it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropForeignTable(it) => Dropped::new(
            Kind::ForeignTable,
            references(it.table_name_refs()),
            it.if_exists(),
            it.drop_behavior(),
        ),
        ast::Stmt::DropView(it) => {
            Dropped::new(Kind::View, references(it.view_refs()), it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropMaterializedView(it) => Dropped::new(
            Kind::MaterializedView,
            references(it.view_refs()),
            it.if_exists(),
            it.drop_behavior(),
        ),
        ast::Stmt::DropIndex(it) => Dropped {
            concurrently: it.concurrently_token().is_some(),
            ..Dropped::new(Kind::Index, references(it.index_refs()), it.if_exists(), it.drop_behavior())
        },
        ast::Stmt::DropSequence(it) => {
            Dropped::new(Kind::Sequence, references(it.sequence_refs()), it.if_exists(), it.drop_behavior())
        }
        _ => return None,
    })
}

fn type_or_routine(stmt: &ast::Stmt) -> Option<Dropped> {
    use DropKind as Kind;
    Some(match stmt {
        ast::Stmt::DropType(it) => {
            Dropped::new(Kind::Type, references(it.type_name_refs()), it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropDomain(it) => {
            Dropped::new(Kind::Domain, references(it.domain_refs()), it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropCollation(it) => {
            Dropped::new(Kind::Collation, references(it.collation_refs()), it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropStatistics(it) => Dropped::new(
            Kind::Statistics,
            references(it.statistics_refs()),
            it.if_exists(),
            it.drop_behavior(),
        ),
        ast::Stmt::DropFunction(it) => {
            let list = it.function_sig_list().into_iter().flat_map(|list| list.function_sigs());
            let names = list.filter_map(|it| reference(it.function_name_ref()?.path_ref())).collect();
            Dropped::new(Kind::Routine, names, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropProcedure(it) => {
            let list = it.procedure_sig_list().into_iter().flat_map(|list| list.procedure_sigs());
            let names = list.filter_map(|it| reference(it.procedure_name_ref()?.path_ref())).collect();
            Dropped::new(Kind::Routine, names, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropRoutine(it) => {
            let list = it.routine_sig_list().into_iter().flat_map(|list| list.routine_sigs());
            let names = list.filter_map(|it| reference(it.routine_name_ref()?.path_ref())).collect();
            Dropped::new(Kind::Routine, names, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropAggregate(it) => {
            Dropped::new(Kind::Routine, references(it.aggregates()), it.if_exists(), it.drop_behavior())
        }
        _ => return None,
    })
}

/// Objects with a plain name.
fn plain(stmt: &ast::Stmt) -> Option<Dropped> {
    use DropKind as Kind;
    Some(match stmt {
        ast::Stmt::DropSchema(it) => {
            let names = it.schema_refs().filter_map(|it| ident_of(Some(it))).map(Reference::bare).collect();
            Dropped::new(Kind::Schema, names, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropExtension(it) => {
            let names =
                it.extension_refs().filter_map(|it| ident_of(Some(it))).map(Reference::bare).collect();
            Dropped::new(Kind::Extension, names, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropPublication(it) => {
            let names =
                it.publication_refs().filter_map(|it| ident_of(Some(it))).map(Reference::bare).collect();
            Dropped::new(Kind::Publication, names, it.if_exists(), it.drop_behavior())
        }
        _ => return None,
    })
}

fn on_table(stmt: &ast::Stmt) -> Option<Dropped> {
    let (kind, name, table, if_exists, behavior) = match stmt {
        ast::Stmt::DropTrigger(it) => {
            let table = it.on_relation().and_then(|it| it.relation_name_ref()).and_then(|it| it.path_ref());
            (DropKind::Trigger, ident_of(it.trigger_ref()), table, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropRule(it) => {
            let table = it.on_relation().and_then(|it| it.relation_name_ref()).and_then(|it| it.path_ref());
            (DropKind::Rule, ident_of(it.rule_ref()), table, it.if_exists(), it.drop_behavior())
        }
        ast::Stmt::DropPolicy(it) => {
            let table = it.on_table().and_then(|it| it.table_name_ref()).and_then(|it| it.path_ref());
            (DropKind::Policy, ident_of(it.policy_ref()), table, it.if_exists(), it.drop_behavior())
        }
        _ => return None,
    };
    let names = name.map(Reference::bare).into_iter().collect();
    Some(Dropped { table: reference(table), ..Dropped::new(kind, names, if_exists, behavior) })
}
