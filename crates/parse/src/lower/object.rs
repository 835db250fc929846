//! Types, triggers, policies, comments, privileges, and everything else.

use model::{Ident, Operation};
use squawk_syntax::SyntaxKind;
use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use super::alter::{cascades, constraint_name, last};
use super::column::constraint_definition;
use super::query::query_of;
use crate::action::{
    AlterOnTable, AlterType, Commented, CreateOnTable, CreateType, OnTableKind, Property, Publication,
    PublicationChange, TypeBody, TypeChange, Verb,
};
use crate::expression::expression;
use crate::names::{Reference, ident, ident_of, new_name, parts_of, reference, references};
use crate::types::type_reference;

/// Collects a statement about another object; says whether it was one.
pub(super) fn statement(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let verb = match stmt {
        ast::Stmt::CreateType(it) => create_type(it),
        ast::Stmt::CreateDomain(it) => create_domain(it, sink),
        ast::Stmt::AlterType(it) => alter_type(it),
        ast::Stmt::AlterDomain(it) => alter_domain(it, sink),
        ast::Stmt::AlterSchema(it) => alter_schema(it),
        ast::Stmt::CreateExtension(it) => ident_of(it.extension())
            .map(|name| Verb::CreateExtension { name, if_not_exists: it.if_not_exists().is_some() }),
        ast::Stmt::CommentOn(it) => it.comment_object().map(|object| Verb::Comment(commented(&object))),
        ast::Stmt::Grant(it) => Some(privileges(false, it.on_privilege_objects_clause())),
        ast::Stmt::Revoke(it) => Some(privileges(true, it.on_privilege_objects_clause())),
        ast::Stmt::CreatePublication(it) => Some(create_publication(it)),
        ast::Stmt::AlterPublication(it) => Some(alter_publication(it)),
        _ => return on_table(stmt, sink),
    };
    sink.push(stmt.syntax(), verb.unwrap_or_else(|| broken(stmt)));
    true
}

/// Triggers, rules, policies, statistics.
fn on_table(stmt: &ast::Stmt, sink: &mut Sink<'_>) -> bool {
    let verb = match stmt {
        ast::Stmt::CreateTrigger(it) => trigger(it),
        ast::Stmt::CreateRule(it) => rule(it),
        ast::Stmt::CreatePolicy(it) => policy(it),
        ast::Stmt::CreateStatistics(it) => statistics(it),
        ast::Stmt::AlterTrigger(it) => alter_trigger(it),
        ast::Stmt::AlterRule(it) => alter_rule(it),
        ast::Stmt::AlterPolicy(it) => alter_policy(it),
        ast::Stmt::AlterStatistics(it) => alter_statistics(it),
        _ => return false,
    };
    sink.push(stmt.syntax(), verb.unwrap_or_else(|| broken(stmt)));
    true
}

fn create_type(it: &ast::CreateType) -> Option<Verb> {
    let name = new_name(it.type_name()?.path())?;
    let body = match it.kind() {
        Some(ast::CreateTypeKind::EnumType(it)) => {
            let labels = it.variant_list().into_iter().flat_map(|list| list.variants());
            TypeBody::Enum(labels.filter_map(|label| label.literal()?.string_value()).collect())
        }
        Some(ast::CreateTypeKind::CompositeType(it)) => {
            let fields = it.composite_field_list().into_iter().flat_map(|list| list.composite_field_defs());
            let fields = fields.filter_map(|it| Some((ident_of(it.name())?, type_reference(it.ty()))));
            TypeBody::Composite(fields.collect())
        }
        Some(ast::CreateTypeKind::RangeType(_)) => TypeBody::Range,
        Some(ast::CreateTypeKind::BaseType(_)) | None => TypeBody::Base,
    };
    Some(Verb::CreateType(Box::new(CreateType { name, body })))
}

fn create_domain(it: &ast::CreateDomain, sink: &Sink<'_>) -> Option<Verb> {
    let mut default = None;
    let mut constraints = Vec::new();
    for qualifier in it.domain_qualifiers() {
        match qualifier {
            ast::DomainQualifier::Constraint(ast::Constraint::DefaultConstraint(it)) => {
                default = expression(it.expr())
            }
            ast::DomainQualifier::Constraint(it) => {
                constraints.extend(constraint_definition(&it, Some(&Ident::new("value")), sink));
            }
            ast::DomainQualifier::Collate(_) => {}
        }
    }
    let body = TypeBody::Domain { base: type_reference(it.ty()), constraints, default };
    Some(Verb::CreateType(Box::new(CreateType { name: new_name(it.domain()?.path())?, body })))
}

fn changed(name: Option<ast::PathRef>, change: TypeChange) -> Option<Verb> {
    Some(Verb::AlterType(Box::new(AlterType { name: reference(name)?, change })))
}

fn alter_type(it: &ast::AlterType) -> Option<Verb> {
    use ast::AlterTypeAction as Action;
    let change = match it.action()? {
        Action::AddValue(it) => TypeChange::AddValue {
            label: it.literal()?.string_value()?,
            if_not_exists: it.if_not_exists().is_some(),
            beside: match it.value_position() {
                Some(ast::ValuePosition::BeforeValue(it)) => {
                    it.literal().and_then(|it| Some((it.string_value()?, true)))
                }
                Some(ast::ValuePosition::AfterValue(it)) => {
                    it.literal().and_then(|it| Some((it.string_value()?, false)))
                }
                None => None,
            },
        },
        Action::RenameValue(it) => {
            TypeChange::RenameValue { from: it.from()?.string_value()?, to: it.to()?.string_value()? }
        }
        Action::TypeRenameTo(it) => TypeChange::Rename(last(it.type_name()?.path())?),
        Action::SetSchema(it) => TypeChange::SetSchema(ident_of(it.schema_ref())?),
        Action::OwnerTo(_) => TypeChange::SetOwner,
        Action::AlterTypeAttributeActionList(list) => TypeChange::Attribute {
            cascade: list.syntax().descendants().any(|node| node.kind() == SyntaxKind::CASCADE),
        },
        Action::RenameAttribute(it) => TypeChange::Attribute { cascade: cascades(it.drop_behavior()) },
        Action::SetOptions(_) => TypeChange::Other,
    };
    changed(it.type_name_ref()?.path_ref(), change)
}

fn alter_domain(it: &ast::AlterDomain, sink: &Sink<'_>) -> Option<Verb> {
    use ast::AlterDomainAction as Action;
    let change = match it.action()? {
        Action::AddConstraint(it) => {
            let value = Ident::new("value");
            TypeChange::DomainAdd(constraint_definition(&it.constraint()?, Some(&value), sink)?)
        }
        Action::ValidateConstraint(it) => {
            TypeChange::DomainValidate(constraint_name(it.constraint_name_ref())?)
        }
        Action::DropConstraint(it) => TypeChange::DomainDropConstraint {
            name: constraint_name(it.constraint_name_ref())?,
            if_exists: it.if_exists().is_some(),
        },
        Action::SetNotNull(_) => TypeChange::DomainSetNotNull,
        Action::DropNotNull(_) => TypeChange::DomainDropNotNull,
        Action::SetDefault(_) | Action::DropDefault(_) => TypeChange::DomainSetDefault,
        Action::DomainRenameTo(it) => TypeChange::Rename(last(it.domain()?.path())?),
        Action::SetSchema(it) => TypeChange::SetSchema(ident_of(it.schema_ref())?),
        Action::OwnerTo(_) => TypeChange::SetOwner,
        Action::RenameConstraint(_) => TypeChange::Other,
    };
    changed(it.domain_ref()?.path_ref(), change)
}

fn alter_schema(it: &ast::AlterSchema) -> Option<Verb> {
    match it.action()? {
        ast::AlterSchemaAction::SchemaRenameTo(to) => {
            Some(Verb::RenameSchema { from: ident_of(it.schema_ref())?, to: ident_of(to.schema())? })
        }
        ast::AlterSchemaAction::OwnerTo(_) => Some(Verb::Other(Operation::SetOwner, Property::default())),
    }
}

fn table_name(table: Option<ast::OnTable>) -> Option<Reference> {
    reference(table?.table_name_ref()?.path_ref())
}

fn relation_name(relation: Option<ast::OnRelation>) -> Option<Reference> {
    reference(relation?.relation_name_ref()?.path_ref())
}

fn created(kind: OnTableKind, name: Option<Ident>, table: Reference) -> CreateOnTable {
    let name = name.map(Reference::bare);
    CreateOnTable { kind, name, table, from: None, tolerant: false, function: None, reads: Vec::new() }
}

fn trigger(it: &ast::CreateTrigger) -> Option<Verb> {
    let calls = it.call_expr().map(|call| query_of(call.syntax())).unwrap_or_default();
    let function = it.call_expr().and_then(|call| match call.expr()? {
        ast::Expr::NameRef(name) => Some(Reference::bare(ident(name.syntax()))),
        ast::Expr::FieldExpr(field) => Some(Reference {
            schema: field.base().map(|base| ident(base.syntax())),
            name: ident_of(field.field())?,
        }),
        _ => None,
    });
    let from = it.from_table().and_then(|it| it.table_name_ref()).and_then(|it| reference(it.path_ref()));
    Some(Verb::CreateOnTable(Box::new(CreateOnTable {
        from,
        function,
        tolerant: it.or_replace().is_some(),
        reads: calls.reads,
        ..created(OnTableKind::Trigger, ident_of(it.trigger()), relation_name(it.on_relation())?)
    })))
}

fn rule(it: &ast::CreateRule) -> Option<Verb> {
    let on = it.rule_on()?;
    let query = it.rule_do().map(|it| query_of(it.syntax())).unwrap_or_default();
    let mut reads = query.reads;
    reads.extend(query.writes.into_iter().map(|write| write.table));
    Some(Verb::CreateOnTable(Box::new(CreateOnTable {
        reads,
        tolerant: it.or_replace().is_some(),
        ..created(OnTableKind::Rule, ident_of(it.rule()), reference(on.relation_name_ref()?.path_ref())?)
    })))
}

fn policy(it: &ast::CreatePolicy) -> Option<Verb> {
    let reads = query_of(it.syntax()).reads;
    let policy = created(OnTableKind::Policy, ident_of(it.policy()), table_name(it.on_table())?);
    Some(Verb::CreateOnTable(Box::new(CreateOnTable { reads, ..policy })))
}

fn statistics(it: &ast::CreateStatistics) -> Option<Verb> {
    let table = reference(it.from_table()?.table_name_ref()?.path_ref())?;
    Some(Verb::CreateOnTable(Box::new(CreateOnTable {
        name: it.statistics().and_then(|it| new_name(it.path())),
        tolerant: it.if_not_exists().is_some(),
        ..created(OnTableKind::Statistics, None, table)
    })))
}

fn altered(kind: OnTableKind, name: Option<Ident>, table: Option<Reference>) -> Option<AlterOnTable> {
    let name = Reference::bare(name?);
    Some(AlterOnTable { kind, name, table, rename_to: None, depends_on_extension: false })
}

fn alter_trigger(it: &ast::AlterTrigger) -> Option<Verb> {
    let rename_to = match it.action() {
        Some(ast::AlterTriggerAction::TriggerRenameTo(it)) => ident_of(it.trigger()),
        _ => None,
    };
    let depends_on_extension = rename_to.is_none();
    let alter = altered(OnTableKind::Trigger, ident_of(it.trigger_ref()), relation_name(it.on_relation()))?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { rename_to, depends_on_extension, ..alter })))
}

fn alter_rule(it: &ast::AlterRule) -> Option<Verb> {
    let rename_to = it.rule_rename_to().and_then(|it| ident_of(it.rule()));
    let alter = altered(OnTableKind::Rule, ident_of(it.rule_ref()), relation_name(it.on_relation()))?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { rename_to, ..alter })))
}

fn alter_policy(it: &ast::AlterPolicy) -> Option<Verb> {
    let rename_to = match it.action() {
        Some(ast::AlterPolicyAction::PolicyRenameTo(it)) => ident_of(it.policy()),
        _ => None,
    };
    let alter = altered(OnTableKind::Policy, ident_of(it.policy_ref()), table_name(it.on_table()))?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { rename_to, ..alter })))
}

fn alter_statistics(it: &ast::AlterStatistics) -> Option<Verb> {
    let name = reference(it.statistics_ref()?.path_ref())?;
    let alter = altered(OnTableKind::Statistics, Some(name.name.clone()), None)?;
    Some(Verb::AlterOnTable(Box::new(AlterOnTable { name, ..alter })))
}

fn commented(object: &ast::CommentObject) -> Commented {
    use ast::CommentObject as Object;
    let on = |table: Option<Reference>| table.map_or(Commented::Other, Commented::OnTable);
    let relation = |path: Option<ast::PathRef>| {
        reference(path).map_or(Commented::Other, |name| Commented::Relation(name, None))
    };
    match object {
        Object::ObjectTable(it) => relation(it.table_name_ref().and_then(|it| it.path_ref())),
        Object::ObjectForeignTable(it) => relation(it.table_name_ref().and_then(|it| it.path_ref())),
        Object::ObjectView(it) => relation(it.view_ref().and_then(|it| it.path_ref())),
        Object::ObjectMaterializedView(it) => relation(it.view_ref().and_then(|it| it.path_ref())),
        Object::ObjectSequence(it) => relation(it.sequence_ref().and_then(|it| it.path_ref())),
        Object::ObjectColumn(it) => {
            let mut parts = parts_of(it.name().and_then(|it| it.path_ref()));
            match (parts.pop(), parts.pop()) {
                (Some(column), Some(name)) => {
                    Commented::Relation(Reference { schema: parts.pop(), name }, Some(column))
                }
                _ => Commented::Other,
            }
        }
        Object::ObjectIndex(it) => {
            reference(it.index_ref().and_then(|it| it.path_ref())).map_or(Commented::Other, Commented::Index)
        }
        Object::ObjectConstraint(it) => {
            let table = reference(it.table_name_ref().and_then(|it| it.path_ref()));
            match (table, constraint_name(it.constraint_name_ref())) {
                (Some(table), Some(name)) => Commented::Constraint(table, name),
                _ => Commented::Other,
            }
        }
        Object::ObjectTrigger(it) => on(reference(it.relation_name_ref().and_then(|it| it.path_ref()))),
        Object::ObjectRule(it) => on(reference(it.relation_name_ref().and_then(|it| it.path_ref()))),
        Object::ObjectPolicy(it) => on(reference(it.table_name_ref().and_then(|it| it.path_ref()))),
        _ => Commented::Other,
    }
}

fn privileges(revoke: bool, on: Option<ast::OnPrivilegeObjectsClause>) -> Verb {
    let relations = match on.and_then(|it| it.privilege_objects()) {
        Some(ast::PrivilegeObjects::PrivilegeDefault(it)) => references(it.relation_name_refs()),
        Some(ast::PrivilegeObjects::PrivilegeTable(it)) => references(it.relation_name_refs()),
        _ => Vec::new(),
    };
    Verb::Privileges { revoke, relations }
}

fn publication(
    operation: Operation,
    change: PublicationChange,
    objects: Vec<ast::PublicationObject>,
) -> Verb {
    let mut publication = Publication { operation, change, tables: Vec::new(), schemas: Vec::new() };
    for object in objects {
        match object {
            ast::PublicationObject::PublicationObjectTable(it) => {
                publication.tables.extend(it.table_name_ref().and_then(|it| reference(it.path_ref())));
            }
            ast::PublicationObject::PublicationObjectTablesInSchema(it) => {
                publication.schemas.extend(ident_of(it.schema_ref()));
            }
            ast::PublicationObject::PublicationObjectCurrentSchema(_) => {}
        }
    }
    Verb::Publication(Box::new(publication))
}

fn create_publication(it: &ast::CreatePublication) -> Verb {
    let operation = Operation::CreatePublication;
    match it.publication_for_clause() {
        Some(ast::PublicationForClause::ForPublicationObjects(it)) => {
            publication(operation, PublicationChange::Create, it.publication_objects().collect())
        }
        Some(ast::PublicationForClause::ForAllPublicationObjects(_)) => {
            publication(operation, PublicationChange::CreateAllTables, Vec::new())
        }
        None => publication(operation, PublicationChange::Create, Vec::new()),
    }
}

fn alter_publication(it: &ast::AlterPublication) -> Verb {
    use ast::AlterPublicationAction as Action;
    let (change, objects) = match it.action() {
        Some(Action::AddPublicationObjects(it)) => {
            (PublicationChange::Add, it.publication_objects().collect())
        }
        Some(Action::DropPublicationObjects(it)) => {
            (PublicationChange::Drop, it.publication_objects().collect())
        }
        Some(Action::SetPublicationObjects(it)) => {
            (PublicationChange::Set, it.publication_objects().collect())
        }
        _ => (PublicationChange::Other, Vec::new()),
    };
    publication(Operation::AlterPublication, change, objects)
}

/// A statement that misses what its kind needs, under the operation its kind has.
pub(super) fn broken(stmt: &ast::Stmt) -> Verb {
    let operation = match stmt {
        ast::Stmt::CreateTable(_) | ast::Stmt::CreateTableAs(_) => Operation::CreateTable,
        ast::Stmt::CreateIndex(_) => Operation::CreateIndex,
        ast::Stmt::AlterTable(_) | ast::Stmt::AlterForeignTable(_) => Operation::AlterTable,
        ast::Stmt::AlterIndex(_) => Operation::AlterIndex,
        ast::Stmt::AlterType(_) => Operation::AlterType,
        _ => return other(stmt),
    };
    Verb::Other(operation, Property::default())
}

/// Everything that touches no table.
pub(super) fn other(stmt: &ast::Stmt) -> Verb {
    let (outside_transaction, destroys) = match stmt {
        ast::Stmt::DropDatabase(_) => (true, true),
        ast::Stmt::DropOwned(_) => (false, true),
        ast::Stmt::CreateDatabase(_)
        | ast::Stmt::CreateTablespace(_)
        | ast::Stmt::DropTablespace(_)
        | ast::Stmt::AlterSystem(_)
        | ast::Stmt::CreateSubscription(_)
        | ast::Stmt::DropSubscription(_) => (true, false),
        _ => (false, false),
    };
    Verb::Other(other_operation(stmt), Property { outside_transaction, destroys })
}

fn other_operation(stmt: &ast::Stmt) -> Operation {
    match stmt {
        ast::Stmt::AlterExtension(_) => Operation::AlterExtension,
        ast::Stmt::AlterFunction(_) | ast::Stmt::AlterProcedure(_) | ast::Stmt::AlterRoutine(_) => {
            Operation::AlterFunction
        }
        ast::Stmt::CreateAggregate(_) => Operation::CreateFunction,
        ast::Stmt::CreateRole(_) | ast::Stmt::CreateUser(_) | ast::Stmt::CreateGroup(_) => {
            Operation::CreateRole
        }
        ast::Stmt::CreateCollation(_) => Operation::CreateCollation,
        ast::Stmt::SetConstraints(_) | ast::Stmt::SetRole(_) | ast::Stmt::SetSessionAuth(_) => Operation::Set,
        ast::Stmt::Show(_) => Operation::Select,
        _ => Operation::Other,
    }
}
