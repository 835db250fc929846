//! Goes through a file and notes every use.

use std::collections::BTreeSet;

use oxc::ast::ast::*;
use oxc::ast_visit::{Visit, walk};
use oxc::semantic::Scoping;
use oxc::span::GetSpan as _;

use model::Name;

use super::binding::{Binding, Bindings};
use super::define::table_call;
use super::tables::Tables;
use super::text::Pieces;
use crate::sql::{self, Catalog, Setting};
use crate::{Hit, Sought};

/// What a file is read with.
pub(super) struct Scene<'s> {
    pub(super) text: &'s str,
    pub(super) scoping: &'s Scoping,
    pub(super) tables: &'s Tables,
    pub(super) catalog: &'s Catalog,
    pub(super) sought: &'s [Sought],
}

pub(super) fn visit(program: &Program<'_>, scene: Scene<'_>, bindings: Bindings) -> Vec<Hit> {
    let mut visitor = Visitor { scene, bindings, chains: BTreeSet::new(), hits: Vec::new() };
    visitor.visit_program(program);
    visitor.hits
}

pub(super) struct Visitor<'s> {
    pub(super) scene: Scene<'s>,
    pub(super) bindings: Bindings,
    /// Where chains of calls begin that were looked at.
    pub(super) chains: BTreeSet<u32>,
    pub(super) hits: Vec<Hit>,
}

impl Visitor<'_> {
    fn binding(&self, name: &IdentifierReference<'_>) -> Option<Binding> {
        let symbol = self.scene.scoping.get_reference(name.reference_id()).symbol_id()?;
        self.bindings.get(&symbol).copied()
    }

    /// The table an expression stands for: by name, in a module, under an alias, or its columns.
    pub(super) fn table_of(&self, expression: &Expression<'_>) -> Option<usize> {
        match expression.get_inner_expression() {
            Expression::Identifier(name) => match self.binding(name)? {
                Binding::Table(table) => Some(table),
                Binding::Module => None,
            },
            Expression::StaticMemberExpression(member) => {
                let module = member.object.get_identifier_reference()?;
                (self.binding(module)? == Binding::Module)
                    .then(|| self.scene.tables.find(member.property.name.as_str(), None))?
            }
            Expression::CallExpression(call) => {
                let function = call.callee.get_identifier_reference()?.name.as_str();
                let same = ["alias", "aliasedTable", "getTableColumns", "getColumns", "getViewColumns"];
                let first = call.arguments.first().filter(|_| same.contains(&function));
                self.table_of(first?.as_expression()?)
            }
            _ => None,
        }
    }

    fn name_of(&self, expression: &Expression<'_>) -> Option<Name> {
        self.table_of(expression).map(|table| self.scene.tables.name(table).clone())
    }

    /// Notes a key of a table.
    pub(super) fn key(&mut self, table: usize, key: &str, offset: u32) {
        for (sought, each) in self.scene.sought.iter().enumerate() {
            if self.scene.tables.is_sought(table, key, each) {
                self.hits.push(Hit { offset: offset as usize, sought });
            }
        }
    }

    /// Notes a table as a whole.
    fn whole(&mut self, table: usize, offset: u32) {
        let name = self.scene.tables.name(table);
        for (sought, each) in self.scene.sought.iter().enumerate() {
            if each.column.is_none() && each.table == *name {
                self.hits.push(Hit { offset: offset as usize, sought });
            }
        }
    }

    fn sql(&mut self, pieces: &Pieces, setting: &Setting) {
        for hit in sql::in_text(&pieces.text, setting, self.scene.catalog, self.scene.sought) {
            self.hits.push(Hit { offset: pieces.place(hit.offset), ..hit });
        }
    }

    fn statement(&mut self, pieces: &Pieces) {
        if sql::is_statement(&pieces.text) {
            self.sql(pieces, &Setting::Statements);
        }
    }

    /// `const { vintageYear } = funds`, and `const f = alias(funds, "f")`.
    fn declares(&mut self, declarator: &VariableDeclarator<'_>) {
        let Some(init) = &declarator.init else { return };
        if let BindingPattern::ObjectPattern(pattern) = &declarator.id {
            let module = match init.get_inner_expression() {
                Expression::CallExpression(call) if is_require(call) => Some(Binding::Module),
                init => init.get_identifier_reference().and_then(|name| self.binding(name)),
            };
            let table = self.table_of(init);
            for property in &pattern.properties {
                let Some(key) = property.key.static_name() else { continue };
                if let Some(table) = table {
                    self.key(table, &key, property.span.start);
                } else if module == Some(Binding::Module)
                    && let BindingPattern::BindingIdentifier(name) = &property.value
                    && let Some(table) = self.scene.tables.find(&key, None)
                {
                    self.bindings.insert(name.symbol_id(), Binding::Table(table));
                }
            }
        } else if let BindingPattern::BindingIdentifier(name) = &declarator.id
            && let Some(table) = self.table_of(init)
        {
            self.bindings.insert(name.symbol_id(), Binding::Table(table));
        }
    }
}

impl<'a> Visit<'a> for Visitor<'_> {
    fn visit_variable_declarator(&mut self, it: &VariableDeclarator<'a>) {
        // The declaration of a table is the schema, and no use of it.
        if it.init.as_ref().is_some_and(|init| table_call(init).is_some()) {
            return;
        }
        self.declares(it);
        walk::walk_variable_declarator(self, it);
    }

    fn visit_identifier_reference(&mut self, it: &IdentifierReference<'a>) {
        if let Some(Binding::Table(table)) = self.binding(it) {
            self.whole(table, it.span.start);
        }
    }

    fn visit_static_member_expression(&mut self, it: &StaticMemberExpression<'a>) {
        if let Some(table) = self.table_of(&it.object) {
            self.key(table, it.property.name.as_str(), it.property.span.start);
        } else if let Some(module) = it.object.get_identifier_reference()
            && self.binding(module) == Some(Binding::Module)
            && let Some(table) = self.scene.tables.find(it.property.name.as_str(), None)
        {
            self.whole(table, it.property.span.start);
        }
        walk::walk_static_member_expression(self, it);
    }

    fn visit_computed_member_expression(&mut self, it: &ComputedMemberExpression<'a>) {
        if let Some(table) = self.table_of(&it.object)
            && let Expression::StringLiteral(key) = &it.expression
        {
            self.key(table, key.value.as_str(), key.span.start);
        }
        walk::walk_computed_member_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.call(it);
        self.chain(it);
        walk::walk_call_expression(self, it);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        if is_sql(&it.tag) {
            let pieces = Pieces::of_template(self.scene.text, &it.quasi, |part| self.name_of(part));
            self.sql(&pieces, &Setting::Fragment);
            for part in &it.quasi.expressions {
                self.visit_expression(part);
            }
            return;
        }
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_template_literal(&mut self, it: &TemplateLiteral<'a>) {
        let pieces = Pieces::of_template(self.scene.text, it, |part| self.name_of(part));
        self.statement(&pieces);
        walk::walk_template_literal(self, it);
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        if let Some(pieces) = Pieces::of_sum(self.scene.text, it, |part| self.name_of(part)) {
            self.statement(&pieces);
        }
        walk::walk_binary_expression(self, it);
    }

    fn visit_string_literal(&mut self, it: &StringLiteral<'a>) {
        self.statement(&Pieces::of_string(self.scene.text, it.span.start, it.span.end));
    }
}

impl Visitor<'_> {
    /// `sql.raw("…")` and `sql.identifier("…")`: text that becomes part of a query.
    pub(super) fn part(&mut self, argument: &Expression<'_>) {
        let pieces = match argument.get_inner_expression() {
            Expression::StringLiteral(text) => {
                Pieces::of_string(self.scene.text, text.span().start, text.span().end)
            }
            Expression::TemplateLiteral(template) => {
                Pieces::of_template(self.scene.text, template, |part| self.name_of(part))
            }
            _ => return,
        };
        self.sql(&pieces, &Setting::Fragment);
    }
}

/// `require("./schema")`.
pub(super) fn is_require(call: &CallExpression<'_>) -> bool {
    call.callee.get_identifier_reference().is_some_and(|function| function.name == "require")
}

/// Whether a template's tag makes SQL: `sql`, `sql<number>`, `tx.sql`, `client.sql`, `prisma.$queryRaw`.
pub(super) fn is_sql(tag: &Expression<'_>) -> bool {
    match tag.get_inner_expression() {
        Expression::Identifier(name) => matches!(name.name.as_str(), "sql" | "SQL" | "raw"),
        Expression::StaticMemberExpression(member) => {
            matches!(member.property.name.as_str(), "sql" | "$queryRaw" | "$executeRaw")
        }
        _ => false,
    }
}
