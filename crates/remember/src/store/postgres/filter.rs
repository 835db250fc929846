//! Predicates as conditions on table `document`.

use super::read::Values;
use crate::Tenant;
use crate::search::{Field, Predicate, Question, RELAXED, Range, Test, family};
use crate::store::conditions::nanoseconds;

/// A condition that grows, with the values of its places.
pub(super) struct Filter {
    condition: String,
    values: Values,
}

impl Filter {
    /// Documents of a tenant that meet every predicate but those that are given up at a level.
    pub(super) fn new(tenant: &Tenant, question: &Question, level: usize) -> Self {
        let mut filter = Self { condition: String::new(), values: Vec::new() };
        let tenant = filter.place(tenant.as_str().to_owned());
        filter.condition = ["tenant = ", &tenant].concat();
        for predicate in &question.predicates {
            let given_up = predicate.relaxed_at().is_some_and(|at| at < level);
            let condition = if given_up { filter.relaxed(predicate) } else { Some(filter.strict(predicate)) };
            if let Some(condition) = condition {
                filter.condition.push_str(" AND ");
                filter.condition.push_str(&condition);
            }
        }
        filter
    }

    /// The condition and its values.
    pub(super) fn into_parts(self) -> (String, Values) {
        (self.condition, self.values)
    }

    fn place(&mut self, value: impl tokio_postgres::types::ToSql + Sync + Send + 'static) -> String {
        self.values.push(Box::new(value));
        format!("${}", self.values.len())
    }

    /// What is unknown does not meet a predicate, and meets its negation.
    fn strict(&mut self, predicate: &Predicate) -> String {
        let condition = self.test(&predicate.test);
        // A bare condition is what indexes can answer; in WHERE it is the same as IS TRUE.
        let is = if predicate.negated { ") IS NOT TRUE" } else { ")" };
        ["(", &condition, is].concat()
    }

    /// Where an operation is given up, its family still holds.
    fn relaxed(&mut self, predicate: &Predicate) -> Option<String> {
        let Test::Words(Field::Operation, words) = &predicate.test else { return None };
        let families: Vec<String> = words.iter().map(|word| family(word)).collect();
        let place = self.place(families);
        let own = "array_to_string((string_to_array(lower(operation), '_'))[1:2], '_')";
        Some([own, " = ANY (", &place, ")"].concat())
    }

    fn test(&mut self, test: &Test) -> String {
        match test {
            // Operations are kept in capitals, so that an index serves.
            Test::Words(Field::Operation, words) => {
                let place = self.place(words.iter().map(|word| word.to_uppercase()).collect::<Vec<_>>());
                ["operation = ANY (", &place, ")"].concat()
            }
            Test::Words(field, words) => {
                let place = self.place(words.clone());
                ["lower(", column(*field), ") = ANY (", &place, ")"].concat()
            }
            Test::Tables(tables) => {
                let any = tables.iter().map(|table| {
                    let name = self.place(table.name.as_str().to_owned());
                    let schema = table.schema.as_ref().map(|schema| self.place(schema.as_str().to_owned()));
                    let of_schema =
                        schema.map(|place| [" AND (table_schema = ", &place, ") IS NOT FALSE"].concat());
                    ["(table_name = ", &name, of_schema.as_deref().unwrap_or_default(), ")"].concat()
                });
                any.collect::<Vec<_>>().join(" OR ")
            }
            Test::Outcomes(outcomes) => {
                let names: Vec<&'static str> = outcomes.iter().map(|outcome| outcome.name()).collect();
                let place = self.place(names);
                ["outcome = ANY (", &place, ")"].concat()
            }
            Test::Ranges(field, ranges) => {
                let any: Vec<String> = ranges.iter().map(|range| self.range(*field, range)).collect();
                any.join(" OR ")
            }
            Test::Since(at) => {
                let place = self.place(nanoseconds(*at));
                ["happened_ns >= ", &place].concat()
            }
            Test::Until(at) => {
                let place = self.place(nanoseconds(*at));
                ["happened_ns < ", &place].concat()
            }
            Test::Flag(field, wanted) => {
                let place = self.place(*wanted);
                [column(*field), " = ", &place].concat()
            }
            Test::Phrase(phrase) => {
                let place = self.place(phrase.clone());
                ["strpos(lower(text), ", &place, ") > 0"].concat()
            }
        }
    }

    fn range(&mut self, field: Field, range: &Range) -> String {
        let mut parts = Vec::new();
        for (bound, within, sign) in [(range.from, range.from_within, ">"), (range.to, range.to_within, "<")]
        {
            if bound.is_finite() {
                let place = self.place(bound);
                let equal = if within { "=" } else { "" };
                parts.push([column(field), " ", sign, equal, " ", &place].concat());
            }
        }
        ["(", &parts.join(" AND "), ")"].concat()
    }
}

/// How far a document's numbers lie from those that were named, as an expression to order by; the
/// nearest is the least. None where no number was named.
pub(super) fn distance(question: &Question, values: &mut Values) -> Option<String> {
    let mut distances = Vec::new();
    for predicate in question.predicates.iter().filter(|predicate| !predicate.negated) {
        let Test::Ranges(field, ranges) = &predicate.test else { continue };
        if *field == Field::Version {
            continue;
        }
        let mut place = |value: f64| {
            values.push(Box::new(value));
            format!("${}", values.len())
        };
        let of_bound = |bound: f64, place: &mut dyn FnMut(f64) -> String| {
            ["abs(ln(greatest(", column(*field), ", 1)) - ln(", &place(bound), "))"].concat()
        };
        let mut bounds = Vec::new();
        for range in ranges {
            let named = [range.from, range.to].into_iter().filter(|bound| bound.is_finite() && *bound > 0.0);
            bounds.extend(named.map(|bound| of_bound(bound, &mut place)));
            if range.from > 0.0 && range.to.is_finite() {
                let (from, to) = (place(range.from), place(range.to));
                bounds.push(
                    ["CASE WHEN ", column(*field), " BETWEEN ", &from, " AND ", &to, " THEN 0 END"].concat(),
                );
            }
        }
        if !bounds.is_empty() {
            distances.push(["least(", &bounds.join(", "), ")"].concat());
        }
    }
    (!distances.is_empty()).then(|| ["greatest(", &distances.join(", "), ")"].concat())
}

/// The levels at which a question gives something up, from none of it to all that may be.
pub(super) fn levels(question: &Question) -> Vec<usize> {
    let asked = |at: &usize| question.predicates.iter().any(|predicate| predicate.relaxed_at() == Some(*at));
    std::iter::once(0).chain((0..RELAXED.len()).filter(asked).map(|at| at + 1)).collect()
}

fn column(field: Field) -> &'static str {
    match field {
        Field::Type => "type",
        Field::Operation => "operation",
        Field::Recipe => "recipe",
        Field::Table => "table_name",
        Field::Rows => "rows",
        Field::Bytes => "total_bytes::double precision",
        Field::Ms => "ms",
        Field::LockHold => "lock_hold_ms",
        Field::LockWait => "lock_wait_ms",
        Field::Stall => "stall_ms",
        Field::Outcome => "outcome",
        Field::Env => "environment",
        Field::Version => "server_major::double precision",
        Field::Run => "run",
        Field::Since | Field::Until => "happened_ns",
        Field::Rehearsal => "rehearsal",
        Field::Claimed => "claimed",
    }
}
