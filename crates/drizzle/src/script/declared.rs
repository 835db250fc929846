//! What a file declares: constants with the keys of their object literals, and types.

use std::collections::BTreeSet;

use oxc::ast::ast::{
    Argument, BindingPattern, Declaration as Declared, ExportSpecifier, Expression, ImportOrExportKind,
    ObjectPropertyKind, Program, Statement, VariableDeclaration,
};
use oxc::span::Span;
use oxc::syntax::module_record::{ExportExportName, ModuleRecord};

use super::{Declaration, is_identifier};

/// Names that a module exports as types only.
pub(super) fn type_exports(program: &Program<'_>, record: &ModuleRecord<'_>) -> BTreeSet<String> {
    let mut values: BTreeSet<String> = BTreeSet::new();
    for entry in record.local_export_entries.iter().chain(&record.indirect_export_entries) {
        if let (false, ExportExportName::Name(name)) = (entry.is_type, &entry.export_name) {
            values.insert(name.name.to_string());
        }
    }
    let mut types = BTreeSet::new();
    for statement in &program.body {
        match statement {
            Statement::ExportDeclaration(export) => types.extend(type_name(&export.declaration)),
            Statement::ExportNamedDeclaration(export) => {
                types.extend(type_specifiers(export.export_kind, &export.specifiers));
            }
            Statement::ExportFromDeclaration(export) => {
                types.extend(type_specifiers(export.export_kind, &export.specifiers));
            }
            _ => {}
        }
    }
    types.retain(|name| !values.contains(name) && name != "default" && is_identifier(name));
    types
}

fn type_name(declaration: &Declared<'_>) -> Option<String> {
    match declaration {
        Declared::TSTypeAliasDeclaration(alias) => Some(alias.id.name.to_string()),
        Declared::TSInterfaceDeclaration(interface) => Some(interface.id.name.to_string()),
        _ => None,
    }
}

fn type_specifiers(kind: ImportOrExportKind, specifiers: &[ExportSpecifier<'_>]) -> Vec<String> {
    let types = specifiers.iter().filter(|specifier| kind.is_type() || specifier.export_kind.is_type());
    types.map(|specifier| specifier.exported.name().to_string()).collect()
}

pub(super) fn declarations_of(program: &Program<'_>) -> Vec<Declaration> {
    let mut found = Vec::new();
    for statement in &program.body {
        match statement {
            Statement::VariableDeclaration(variables) => take_variables(variables, &mut found),
            Statement::ExportDeclaration(export) => {
                if let Declared::VariableDeclaration(variables) = &export.declaration {
                    take_variables(variables, &mut found);
                }
            }
            _ => {}
        }
    }
    found
}

fn take_variables(variables: &VariableDeclaration<'_>, found: &mut Vec<Declaration>) {
    for variable in &variables.declarations {
        if let BindingPattern::BindingIdentifier(id) = &variable.id {
            let mut keys = Vec::new();
            if let Some(init) = &variable.init {
                take_keys(init, &mut keys);
            }
            found.push(Declaration { name: id.name.to_string(), offset: id.span.start, keys });
        }
    }
}

/// The keys of the first object literal among a call's arguments, through method chains such as `pgTable(…).enableRLS()`.
fn take_keys(init: &Expression<'_>, keys: &mut Vec<(String, u32)>) {
    let Expression::CallExpression(call) = init.without_parentheses() else { return };
    let object = call.arguments.iter().find_map(|argument| match argument {
        Argument::ObjectExpression(object) => Some(object),
        _ => None,
    });
    if let Some(object) = object {
        for property in &object.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property
                && let Some(name) = property.key.static_name()
            {
                let Span { start, .. } = oxc::span::GetSpan::span(&property.key);
                keys.push((name.into_owned(), start));
            }
        }
    } else if let Some(member) = call.callee.as_member_expression() {
        take_keys(member.object(), keys);
    }
}
