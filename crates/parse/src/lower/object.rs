//! Types, comments, privileges, publications, and everything else.

use model::{Ident, Operation};
use squawk_syntax::SyntaxKind;
use squawk_syntax::ast::{self, AstNode};

use super::Sink;
use super::alter::{cascades, constraint_name, last};
use super::column::constraint_definition;
use super::on_table::on_table;
use crate::action::{
    AlterType, Commented, CreateType, Property, Publication, PublicationChange, TypeBody, TypeChange, Verb,
};
use crate::expression::expression;
use crate::names::{Reference, ident_of, new_name, parts_of, reference, references};
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
