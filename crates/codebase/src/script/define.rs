//! What a file declares: Drizzle tables with the keys of their columns, and relations between them.

use std::collections::BTreeMap;

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    Argument, ArrowFunctionBody, CallExpression, Declaration, Expression, ObjectExpression,
    ObjectPropertyKind, Program, Statement, VariableDeclarator,
};
use oxc::parser::Parser;

use super::source_type;

/// What one file declares.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    pub(crate) tables: Vec<DeclaredTable>,
    /// Objects of columns that tables spread: `...timestamps`.
    pub(crate) parts: BTreeMap<String, Vec<Key>>,
    /// Constants that stand for a schema of the database: `pgSchema("auth")`.
    pub(crate) schemas: BTreeMap<String, String>,
    /// The constant of a table, the relation's name, the constant of the other table.
    pub(crate) relations: Vec<(String, String, String)>,
}

/// `const funds = pgTable("funds", { … })`.
#[derive(Debug)]
pub(crate) struct DeclaredTable {
    /// The constant.
    pub(crate) constant: String,
    /// The constant whose `.table` was called, where it was.
    pub(crate) schema: Option<String>,
    /// The first argument.
    pub(crate) name: String,
    pub(crate) keys: Vec<Key>,
    /// Constants whose columns are spread into it.
    pub(crate) spreads: Vec<String>,
}

/// A column's key, and its name where one is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) key: String,
    pub(crate) column: Option<String>,
}

/// Everything that a text declares; nothing where it does not parse.
pub(crate) fn declared(name: &str, text: &str) -> Declared {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type(name)).parse();
    let mut declared = Declared::default();
    for declarator in declarators(&parsed.program) {
        read(declarator, &mut declared);
    }
    declared
}

/// The variables declared at the top of a file.
pub(crate) fn declarators<'a, 'p>(
    program: &'p Program<'a>,
) -> impl Iterator<Item = &'p VariableDeclarator<'a>> {
    let list = |statement: &'p Statement<'a>| match statement {
        Statement::VariableDeclaration(list) => Some(&list.declarations),
        Statement::ExportDeclaration(export) => match &export.declaration {
            Declaration::VariableDeclaration(list) => Some(&list.declarations),
            _ => None,
        },
        _ => None,
    };
    program.body.iter().filter_map(list).flatten()
}

fn read(declarator: &VariableDeclarator<'_>, declared: &mut Declared) {
    let Some(constant) = declarator.id.get_identifier_name() else { return };
    let constant = constant.to_string();
    let Some(init) = declarator.init.as_ref().map(Expression::get_inner_expression) else { return };
    if let Some((call, name, columns)) = table_call(init) {
        declared.tables.push(DeclaredTable {
            constant,
            schema: schema_of(call),
            name: name.to_owned(),
            keys: keys(columns),
            spreads: spreads(columns),
        });
    } else if let Expression::ObjectExpression(object) = init {
        declared.parts.insert(constant, keys(object));
    } else if let Expression::CallExpression(call) = init {
        read_call(constant, call, declared);
    }
}

fn read_call(constant: String, call: &CallExpression<'_>, declared: &mut Declared) {
    let function = call.callee.get_identifier_reference().map_or("", |function| function.name.as_str());
    let first = call.arguments.first().and_then(Argument::as_expression);
    let second = call.arguments.get(1).and_then(Argument::as_expression).and_then(object_of);
    match (function, first, second) {
        ("pgSchema", Some(Expression::StringLiteral(name)), _) => {
            declared.schemas.insert(constant, name.value.to_string());
        }
        ("relations", Some(Expression::Identifier(table)), Some(object)) => {
            for (relation, value) in properties(object) {
                if let Some(other) = related(value) {
                    declared.relations.push((table.name.to_string(), relation, other));
                }
            }
        }
        ("defineRelations" | "defineRelationsPart", _, Some(object)) => {
            for (table, value) in properties(object) {
                for (relation, value) in object_of(value).map(properties).into_iter().flatten() {
                    if let Some(other) = related(value) {
                        declared.relations.push((table.clone(), relation, other));
                    }
                }
            }
        }
        _ => {}
    }
}

/// `many(positions)` and `r.many.positions()` lead to `positions`.
fn related(value: &Expression<'_>) -> Option<String> {
    let Expression::CallExpression(call) = value.get_inner_expression() else { return None };
    match &call.callee {
        Expression::StaticMemberExpression(member) => Some(member.property.name.to_string()),
        _ => match call.arguments.first()?.as_expression()? {
            Expression::Identifier(table) => Some(table.name.to_string()),
            _ => None,
        },
    }
}

/// The call that declares a table, its name and its columns, beneath calls like `.enableRLS()`.
pub(crate) fn table_call<'a, 'e>(
    expression: &'e Expression<'a>,
) -> Option<(&'e CallExpression<'a>, &'e str, &'e ObjectExpression<'a>)> {
    let Expression::CallExpression(call) = expression.get_inner_expression() else { return None };
    let arguments = (call.arguments.first(), call.arguments.get(1).and_then(Argument::as_expression));
    if let (Some(Argument::StringLiteral(name)), Some(columns)) = arguments
        && let Some(columns) = object_of(columns)
        && is_table_function(&call.callee)
    {
        return Some((call, name.value.as_str(), columns));
    }
    match &call.callee {
        Expression::StaticMemberExpression(member) => table_call(&member.object),
        _ => None,
    }
}

/// `pgTable`, what `pgTableCreator` made, a schema's `.table`, and views with columns of their own.
fn is_table_function(callee: &Expression<'_>) -> bool {
    let name = match callee.get_inner_expression() {
        Expression::Identifier(function) => function.name.as_str(),
        Expression::StaticMemberExpression(member) => member.property.name.as_str(),
        Expression::CallExpression(call) => return is_table_function(&call.callee),
        _ => return false,
    };
    let name = name.to_lowercase();
    name.contains("table") || name.contains("view")
}

fn schema_of(call: &CallExpression<'_>) -> Option<String> {
    match &call.callee {
        Expression::StaticMemberExpression(member) => {
            member.object.get_identifier_reference().map(|object| object.name.to_string())
        }
        _ => None,
    }
}

/// An object literal, or the one that a function answers.
pub(crate) fn object_of<'a, 'e>(expression: &'e Expression<'a>) -> Option<&'e ObjectExpression<'a>> {
    match expression.get_inner_expression() {
        Expression::ObjectExpression(object) => Some(object),
        Expression::ArrowFunctionExpression(function) => match &function.body {
            ArrowFunctionBody::FunctionBody(body) => match body.statements.last()? {
                Statement::ReturnStatement(answer) => object_of(answer.argument.as_ref()?),
                _ => None,
            },
            body => object_of(body.as_expression()?),
        },
        _ => None,
    }
}

/// The properties of an object whose keys are written out.
pub(crate) fn properties<'a, 'e>(
    object: &'e ObjectExpression<'a>,
) -> impl Iterator<Item = (String, &'e Expression<'a>)> {
    object.properties.iter().filter_map(|property| match property {
        ObjectPropertyKind::ObjectProperty(property) => {
            Some((property.key.static_name()?.into_owned(), &property.value))
        }
        ObjectPropertyKind::SpreadProperty(_) => None,
    })
}

fn keys(object: &ObjectExpression<'_>) -> Vec<Key> {
    properties(object).map(|(key, value)| Key { key, column: column_name(value) }).collect()
}

fn spreads(object: &ObjectExpression<'_>) -> Vec<String> {
    let names = object.properties.iter().filter_map(|property| match property {
        ObjectPropertyKind::SpreadProperty(spread) => spread.argument.get_identifier_reference(),
        ObjectPropertyKind::ObjectProperty(_) => None,
    });
    names.map(|name| name.name.to_string()).collect()
}

/// The name in `integer("vintage_year").notNull()`: the first argument of the innermost call.
fn column_name(value: &Expression<'_>) -> Option<String> {
    let Expression::CallExpression(call) = value.get_inner_expression() else { return None };
    if let Expression::StaticMemberExpression(member) = &call.callee
        && let Expression::CallExpression(_) = member.object.get_inner_expression()
    {
        return column_name(&member.object);
    }
    match call.arguments.first()? {
        Argument::StringLiteral(name) => Some(name.value.to_string()),
        _ => None,
    }
}
