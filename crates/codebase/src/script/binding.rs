//! What the names at the top of a file stand for.

use std::collections::BTreeMap;

use oxc::ast::ast::{
    BindingPattern, Expression, ImportDeclarationSpecifier, ModuleExportName, Program, Statement,
};
use oxc::semantic::SymbolId;

use super::define::{declarators, table_call};
use super::tables::Tables;
use super::visit::is_require;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Binding {
    /// A table, or its columns.
    Table(usize),
    /// A module, whose exports may be tables.
    Module,
}

pub(super) type Bindings = BTreeMap<SymbolId, Binding>;

pub(super) fn bindings(program: &Program<'_>, file: &str, tables: &Tables) -> Bindings {
    let mut bindings = Bindings::new();
    for statement in &program.body {
        let Statement::ImportDeclaration(import) = statement else { continue };
        for specifier in import.specifiers.iter().flatten() {
            let bound = match specifier {
                ImportDeclarationSpecifier::ImportSpecifier(named) => {
                    let name = match &named.imported {
                        ModuleExportName::IdentifierName(name) => name.name.as_str(),
                        ModuleExportName::IdentifierReference(name) => name.name.as_str(),
                        ModuleExportName::StringLiteral(name) => name.value.as_str(),
                    };
                    // A module may pass another on whole under a name.
                    let table = tables.find(name, Some(import.source.value.as_str())).map(Binding::Table);
                    table.or((name == "schema").then_some(Binding::Module))
                }
                ImportDeclarationSpecifier::ImportNamespaceSpecifier(_) => Some(Binding::Module),
                ImportDeclarationSpecifier::ImportDefaultSpecifier(local) => {
                    (local.local.name == "schema").then_some(Binding::Module)
                }
            };
            if let Some(bound) = bound {
                bindings.insert(specifier.local().symbol_id(), bound);
            }
        }
    }
    for declarator in declarators(program) {
        let BindingPattern::BindingIdentifier(name) = &declarator.id else { continue };
        let Some(init) = &declarator.init else { continue };
        if table_call(init).is_some()
            && let Some(table) = tables.find(name.name.as_str(), Some(file))
        {
            bindings.insert(name.symbol_id(), Binding::Table(table));
        }
        if let Expression::CallExpression(call) = init.get_inner_expression()
            && is_require(call)
        {
            bindings.insert(name.symbol_id(), Binding::Module);
        }
    }
    bindings
}
