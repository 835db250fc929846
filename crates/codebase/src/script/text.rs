//! SQL that a script holds as text, with the way back to the places in the file.

use oxc::ast::ast::{BinaryExpression, BinaryOperator, Expression, TemplateLiteral};
use oxc::span::GetSpan as _;

use model::Name;

/// SQL put together from parts of a file.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) text: String,
    /// Where in `text` each part begins, and where in the file it stands.
    parts: Vec<(usize, usize)>,
}

impl Pieces {
    fn push(&mut self, text: &str, place: usize) {
        self.parts.push((self.text.len(), place));
        self.text.push_str(text);
    }

    /// The place in the file of a place in the text.
    pub(super) fn place(&self, offset: usize) -> usize {
        let at = self.parts.partition_point(|(start, _)| *start <= offset);
        self.parts.get(at.saturating_sub(1)).map_or(offset, |(start, place)| place + (offset - start))
    }

    /// Text between quotes.
    pub(super) fn of_string(source: &str, start: u32, end: u32) -> Self {
        let mut pieces = Self::default();
        let (start, end) = (start as usize + 1, (end as usize).saturating_sub(1));
        pieces.push(source.get(start..end).unwrap_or_default(), start);
        pieces
    }

    /// A template; what stands in its places is a table's name where it is one.
    pub(super) fn of_template(
        source: &str,
        template: &TemplateLiteral<'_>,
        table: impl Fn(&Expression<'_>) -> Option<Name>,
    ) -> Self {
        let mut pieces = Self::default();
        pieces.add_template(source, template, &table);
        pieces
    }

    fn add_template(
        &mut self,
        source: &str,
        template: &TemplateLiteral<'_>,
        table: &dyn Fn(&Expression<'_>) -> Option<Name>,
    ) {
        for (at, quasi) in template.quasis.iter().enumerate() {
            let raw = quasi.value.raw.as_str();
            let start = quasi.span.start as usize;
            // The span of a part has held its quote or brace in some versions and in some not.
            let start = source[start..].find(raw).map_or(start, |shift| start + shift.min(2));
            self.push(raw, start);
            if let Some(expression) = template.expressions.get(at) {
                let shown = table(expression).map_or_else(|| " ? ".to_owned(), |name| name.to_string());
                self.push(&shown, expression.span().start as usize);
            }
        }
    }

    /// Texts put together with `+`; nothing where the expression adds something else up.
    pub(super) fn of_sum(
        source: &str,
        sum: &BinaryExpression<'_>,
        table: impl Fn(&Expression<'_>) -> Option<Name>,
    ) -> Option<Self> {
        let mut pieces = Self::default();
        let mut texts = 0;
        add(&mut pieces, source, &sum.left, &table, &mut texts);
        add(&mut pieces, source, &sum.right, &table, &mut texts);
        (sum.operator == BinaryOperator::Addition && texts > 0).then_some(pieces)
    }
}

fn add(
    pieces: &mut Pieces,
    source: &str,
    expression: &Expression<'_>,
    table: &dyn Fn(&Expression<'_>) -> Option<Name>,
    texts: &mut u32,
) {
    match expression.get_inner_expression() {
        Expression::StringLiteral(text) => {
            let start = text.span.start as usize + 1;
            let end = (text.span.end as usize).saturating_sub(1);
            pieces.push(source.get(start..end).unwrap_or_default(), start);
            *texts += 1;
        }
        Expression::TemplateLiteral(template) => {
            pieces.add_template(source, template, table);
            *texts += 1;
        }
        Expression::BinaryExpression(sum) if sum.operator == BinaryOperator::Addition => {
            add(pieces, source, &sum.left, table, texts);
            add(pieces, source, &sum.right, table, texts);
        }
        other => pieces.push(" ? ", other.span().start as usize),
    }
}
