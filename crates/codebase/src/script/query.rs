//! Calls whose arguments name columns by their keys: inserts, updates, relational queries.

use oxc::ast::ast::{
    Argument, ArrayExpressionElement, BindingPattern, CallExpression, Expression, ObjectExpression,
    ObjectPropertyKind,
};
use oxc::span::GetSpan as _;

use super::binding::Binding;
use super::define::{object_of, properties};
use super::visit::{Visitor, is_sql};

impl Visitor<'_> {
    pub(super) fn call(&mut self, call: &CallExpression<'_>) {
        self.validator(call);
        let Expression::StaticMemberExpression(member) = &call.callee else { return };
        let Some(first) = call.arguments.first().and_then(Argument::as_expression) else { return };
        match member.property.name.as_str() {
            "values" | "set" => {
                if let Some(table) = self.written(&member.object) {
                    self.rows(table, first);
                }
            }
            "onConflictDoUpdate" => {
                let set =
                    object_of(first).and_then(|object| properties(object).find(|(key, _)| key == "set"));
                if let (Some(table), Some((_, set))) = (self.written(&member.object), set) {
                    self.rows(table, set);
                }
            }
            "findMany" | "findFirst" => {
                if let (Some(table), Some(config)) = (self.queried(&member.object), object_of(first)) {
                    self.config(table, config);
                }
            }
            "raw" | "identifier" if is_sql(&member.object) => self.part(first),
            _ => {}
        }
    }

    /// `createInsertSchema(funds, { name: … })` and `.pick({ name: true })` upon it.
    fn validator(&mut self, call: &CallExpression<'_>) {
        let argument =
            |at: usize| call.arguments.get(at).and_then(Argument::as_expression).and_then(object_of);
        if let (Some(table), Some(object)) = (self.derived(call), argument(1)) {
            return self.keys(table, object);
        }
        let Expression::StaticMemberExpression(member) = &call.callee else { return };
        if matches!(member.property.name.as_str(), "pick" | "omit")
            && let Expression::CallExpression(inner) = member.object.get_inner_expression()
            && let (Some(table), Some(object)) = (self.derived(inner), argument(0))
        {
            self.keys(table, object);
        }
    }

    /// The table that drizzle-zod derives a validator from.
    fn derived(&self, call: &CallExpression<'_>) -> Option<usize> {
        let function = call.callee.get_identifier_reference()?.name.as_str();
        let derives = ["createInsertSchema", "createSelectSchema", "createUpdateSchema"].contains(&function);
        self.table_of(call.arguments.first().filter(|_| derives)?.as_expression()?)
    }

    /// The table of `db.insert(funds)` or `db.update(funds)` somewhere down a chain of calls.
    fn written(&self, chain: &Expression<'_>) -> Option<usize> {
        let Expression::CallExpression(call) = chain.get_inner_expression() else { return None };
        let Expression::StaticMemberExpression(member) = &call.callee else { return None };
        if matches!(member.property.name.as_str(), "insert" | "update") {
            return self.table_of(call.arguments.first()?.as_expression()?);
        }
        self.written(&member.object)
    }

    /// Keys of one row, or of each row of a list.
    fn rows(&mut self, table: usize, rows: &Expression<'_>) {
        match rows.get_inner_expression() {
            Expression::ObjectExpression(row) => self.keys(table, row),
            Expression::ArrayExpression(list) => {
                for row in &list.elements {
                    if let Some(row) = ArrayExpressionElement::as_expression(row) {
                        self.rows(table, row);
                    }
                }
            }
            Expression::ConditionalExpression(choice) => {
                self.rows(table, &choice.consequent);
                self.rows(table, &choice.alternate);
            }
            Expression::ArrowFunctionExpression(_) => {
                if let Some(row) = object_of(rows) {
                    self.keys(table, row);
                }
            }
            // rows.map((row) => ({ … }))
            Expression::CallExpression(call) => {
                let is_map = matches!(&call.callee,
                    Expression::StaticMemberExpression(member) if member.property.name == "map");
                if let Some(made) =
                    call.arguments.first().filter(|_| is_map).and_then(Argument::as_expression)
                {
                    self.rows(table, made);
                }
            }
            _ => {}
        }
    }

    fn keys(&mut self, table: usize, object: &ObjectExpression<'_>) {
        for property in &object.properties {
            if let ObjectPropertyKind::ObjectProperty(property) = property
                && let Some(key) = property.key.static_name()
            {
                self.key(table, &key, property.span.start);
            }
        }
    }

    /// The table of `db.query.funds`.
    fn queried(&self, expression: &Expression<'_>) -> Option<usize> {
        let Expression::StaticMemberExpression(member) = expression.get_inner_expression() else {
            return None;
        };
        let Expression::StaticMemberExpression(query) = member.object.get_inner_expression() else {
            return None;
        };
        let is_query = matches!(query.property.name.as_str(), "query" | "_query");
        self.scene.tables.find(member.property.name.as_str(), None).filter(|_| is_query)
    }

    /// What a relational query asks of a table, and of those related to it.
    fn config(&mut self, table: usize, config: &ObjectExpression<'_>) {
        for (key, value) in properties(config) {
            match key.as_str() {
                "columns" | "orderBy" | "extras" | "where" => self.asks(table, value),
                "with" => {
                    for (relation, value) in object_of(value).map(properties).into_iter().flatten() {
                        let related = self.scene.tables.related(table, &relation);
                        if let (Some(related), Some(config)) = (related, object_of(value)) {
                            self.config(related, config);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Keys of a table, or a function of its columns.
    fn asks(&mut self, table: usize, value: &Expression<'_>) {
        match value.get_inner_expression() {
            Expression::ObjectExpression(object) => {
                self.keys(table, object);
                let joined =
                    properties(object).filter(|(key, _)| matches!(key.as_str(), "AND" | "OR" | "NOT"));
                for (_, value) in joined {
                    self.asks(table, value);
                }
            }
            Expression::ArrayExpression(list) => {
                for each in &list.elements {
                    if let Some(each) = ArrayExpressionElement::as_expression(each) {
                        self.asks(table, each);
                    }
                }
            }
            Expression::ArrowFunctionExpression(function) => {
                let Some(first) = function.params.items.first() else { return };
                match &first.pattern {
                    BindingPattern::BindingIdentifier(name) => {
                        self.bindings.insert(name.symbol_id(), Binding::Table(table));
                    }
                    BindingPattern::ObjectPattern(pattern) => {
                        for property in &pattern.properties {
                            if let Some(key) = property.key.static_name() {
                                self.key(table, &key, property.span().start);
                            }
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}
