//! Makes visible where code decides on a value, so that a decision on an answered one can be taken the other way.
//!
//! A stand-in is caught when it becomes text, a number or a list. What it decides (`if (flag)`, `mode === "x"`,
//! `table[kind]`) leaves no trace in a value. So where there is doubt the code is evaluated a second time with each
//! test wrapped in a call; the calls are in `js/decisions.js`. Text is spliced in rather than printed anew: line
//! numbers stay as they were.

use std::cmp::Reverse;
use std::path::Path;

use oxc::allocator::Allocator;
use oxc::ast::ast::{
    BinaryExpression, CallExpression, ConditionalExpression, DoWhileStatement, Expression, ForStatement,
    IfStatement, LogicalExpression, LogicalOperator, SwitchStatement, TaggedTemplateExpression,
    UnaryExpression, UnaryOperator, WhileStatement,
};
use oxc::ast_visit::{Visit, walk};
use oxc::parser::Parser;
use oxc::span::{GetSpan, SourceType, Span};
use oxc::syntax::operator::BinaryOperator;

/// The code with every decision made visible; the code itself where it does not parse, for the engine to say so.
pub(crate) fn made_visible(path: &Path, name: &str, code: &str) -> String {
    let allocator = Allocator::default();
    let kind = SourceType::from_path(path).unwrap_or_else(|_| SourceType::mjs());
    let kind = kind.with_typescript(false).with_javascript(true).with_unambiguous(true);
    let parsed = Parser::new(&allocator, code, kind).parse();
    if parsed.panicked || parsed.diagnostics.has_errors() {
        return code.to_owned();
    }
    let mut finder = Finder { name, code, edits: Vec::new(), kept: Vec::new() };
    finder.visit_program(&parsed.program);
    spliced(code, finder.edits)
}

/// Text to put in, or in place of something, at an offset.
struct Edit {
    from: u32,
    to: u32,
    text: String,
    kind: EditKind,
}

/// What comes first where several edits meet.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum EditKind {
    Close,
    Replace,
    Open,
}

fn spliced(code: &str, edits: Vec<Edit>) -> String {
    let mut numbered: Vec<(usize, Edit)> = edits.into_iter().enumerate().collect();
    // An outer expression is found before an inner one: it opens first and closes last.
    numbered.sort_by(|(a_at, a), (b_at, b)| {
        let within = match a.kind {
            EditKind::Close => Reverse(*a_at).cmp(&Reverse(*b_at)),
            _ => a_at.cmp(b_at),
        };
        (a.from, &a.kind).cmp(&(b.from, &b.kind)).then(within)
    });
    let mut out = String::with_capacity(code.len() * 3 / 2);
    let mut done = 0;
    for (_, edit) in numbered {
        out.push_str(&code[done..edit.from as usize]);
        out.push_str(&edit.text);
        done = edit.to as usize;
    }
    out.push_str(&code[done..]);
    out
}

struct Finder<'c> {
    name: &'c str,
    code: &'c str,
    edits: Vec<Edit>,
    /// Expressions that have to stay as they are: what is called, deleted or tagged.
    kept: Vec<Span>,
}

impl Finder<'_> {
    /// Where a decision stands, as a JavaScript string.
    fn site(&self, at: u32) -> String {
        format!("\"{}:{at}\"", self.name)
    }

    fn insert(&mut self, at: u32, text: String, kind: EditKind) {
        self.edits.push(Edit { from: at, to: at, text, kind });
    }

    fn wrap(&mut self, span: Span, function: &str) {
        self.insert(span.start, format!("__lockkeeper.{function}("), EditKind::Open);
        self.insert(span.end, format!(",{})", self.site(span.start)), EditKind::Close);
    }

    /// Puts a comma in place of what stands between two operands, and keeps its line ends.
    fn comma(&mut self, from: u32, to: u32) {
        let lines = self.code[from as usize..to as usize].matches('\n').count();
        let text = [",", &"\n".repeat(lines)].concat();
        self.edits.push(Edit { from, to, text, kind: EditKind::Replace });
    }
}

impl<'a> Visit<'a> for Finder<'_> {
    fn visit_if_statement(&mut self, it: &IfStatement<'a>) {
        self.wrap(it.test.span(), "test");
        walk::walk_if_statement(self, it);
    }

    fn visit_conditional_expression(&mut self, it: &ConditionalExpression<'a>) {
        self.wrap(it.test.span(), "test");
        walk::walk_conditional_expression(self, it);
    }

    fn visit_while_statement(&mut self, it: &WhileStatement<'a>) {
        self.wrap(it.test.span(), "test");
        walk::walk_while_statement(self, it);
    }

    fn visit_do_while_statement(&mut self, it: &DoWhileStatement<'a>) {
        self.wrap(it.test.span(), "test");
        walk::walk_do_while_statement(self, it);
    }

    fn visit_for_statement(&mut self, it: &ForStatement<'a>) {
        if let Some(test) = &it.test {
            self.wrap(test.span(), "test");
        }
        walk::walk_for_statement(self, it);
    }

    fn visit_switch_statement(&mut self, it: &SwitchStatement<'a>) {
        self.wrap(it.discriminant.span(), "switched");
        for case in &it.cases {
            if let Some(test) = &case.test {
                self.wrap(test.span(), "cased");
            }
        }
        walk::walk_switch_statement(self, it);
    }

    fn visit_logical_expression(&mut self, it: &LogicalExpression<'a>) {
        let function = if it.operator == LogicalOperator::Coalesce { "nullish" } else { "test" };
        self.wrap(it.left.span(), function);
        walk::walk_logical_expression(self, it);
    }

    fn visit_unary_expression(&mut self, it: &UnaryExpression<'a>) {
        match it.operator {
            UnaryOperator::LogicalNot => self.wrap(it.argument.span(), "test"),
            UnaryOperator::Delete => self.kept.push(it.argument.span()),
            UnaryOperator::Typeof if is_name(&it.argument) => {
                self.insert(it.span.start, "__lockkeeper.kind(".to_owned(), EditKind::Open);
                let argument = it.argument.span();
                let again = &self.code[argument.start as usize..argument.end as usize];
                let close = format!(",()=>{again},{})", self.site(it.span.start));
                self.insert(it.span.end, close, EditKind::Close);
            }
            _ => {}
        }
        walk::walk_unary_expression(self, it);
    }

    fn visit_binary_expression(&mut self, it: &BinaryExpression<'a>) {
        if is_comparison(it.operator) {
            self.insert(it.span.start, "__lockkeeper.compare(".to_owned(), EditKind::Open);
            self.comma(it.left.span().end, it.right.span().start);
            let close = format!(",\"{}\",{})", it.operator.as_str(), self.site(it.span.start));
            self.insert(it.span.end, close, EditKind::Close);
        }
        walk::walk_binary_expression(self, it);
    }

    fn visit_call_expression(&mut self, it: &CallExpression<'a>) {
        self.kept.push(it.callee.span());
        walk::walk_call_expression(self, it);
    }

    fn visit_tagged_template_expression(&mut self, it: &TaggedTemplateExpression<'a>) {
        self.kept.push(it.tag.span());
        walk::walk_tagged_template_expression(self, it);
    }

    fn visit_expression(&mut self, it: &Expression<'a>) {
        if let Expression::ComputedMemberExpression(member) = it
            && !member.optional
            && !member.expression.is_literal()
            && !matches!(member.object, Expression::Super(_))
            && !self.kept.contains(&member.span)
        {
            self.insert(member.span.start, "__lockkeeper.at(".to_owned(), EditKind::Open);
            self.comma(member.object.span().end, member.expression.span().start);
            let close = format!(",{})", self.site(member.span.start));
            let (from, to) = (member.expression.span().end, member.span.end);
            self.edits.push(Edit { from, to, text: close, kind: EditKind::Replace });
        }
        walk::walk_expression(self, it);
    }
}

/// Whether reading an expression twice is the same as reading it once.
fn is_name(expression: &Expression<'_>) -> bool {
    match expression {
        Expression::Identifier(_) | Expression::ThisExpression(_) => true,
        Expression::StaticMemberExpression(member) => !member.optional && is_name(&member.object),
        Expression::ParenthesizedExpression(inner) => is_name(&inner.expression),
        _ => false,
    }
}

fn is_comparison(operator: BinaryOperator) -> bool {
    operator.is_equality() || operator.is_compare() || operator.is_relational() || operator.is_instance_of()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(code: &str) -> String {
        made_visible(Path::new("a.js"), "0/a.js", code).replace("__lockkeeper.", "$").replace("0/a.js", "")
    }

    #[test]
    fn wraps_tests_and_comparisons() {
        assert_eq!(visible("if (a) b"), "if ($test(a,\":4\")) b");
        assert_eq!(
            visible("x = a === 'b' ? 1 : 2"),
            "x = $test($compare(a,'b',\"===\",\":4\"),\":4\") ? 1 : 2"
        );
        assert_eq!(visible("x = !a || b\n  ?? c"), visible("x = !a || b\n  ?? c"));
        assert_eq!(visible("x = a && (b in c)"), "x = $test(a,\":4\") && ($compare(b,c,\"in\",\":10\"))");
        assert_eq!(visible("x = (a) ?? b"), "x = $nullish((a),\":4\") ?? b");
        assert_eq!(visible("x = a\n < b"), "x = $compare(a,\nb,\"<\",\":4\")");
    }

    #[test]
    fn wraps_look_ups_that_are_read() {
        assert_eq!(visible("x = a[b]"), "x = $at(a,b,\":4\")");
        assert_eq!(visible("x = a[b][c]"), "x = $at($at(a,b,\":4\"),c,\":4\")");
        assert_eq!(visible("a[b] = c"), "a[b] = c");
        assert_eq!(
            visible("a[b](c); delete a[b]; a[b]++; a['k']; a?.[b]"),
            "a[b](c); delete a[b]; a[b]++; a['k']; a?.[b]"
        );
    }

    #[test]
    fn wraps_kinds_and_switches() {
        assert_eq!(
            visible("typeof a.b === 'x'"),
            "$compare($kind(typeof a.b,()=>a.b,\":0\"),'x',\"===\",\":0\")"
        );
        assert_eq!(
            visible("switch (a) { case b: }"),
            "switch ($switched(a,\":8\")) { case $cased(b,\":18\"): }"
        );
    }
}
