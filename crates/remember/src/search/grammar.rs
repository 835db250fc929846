//! `operation:ADD_COLUMN table:funds rows:>1000000 long transactions at night`
//!
//! A question is predicates and text. `field:value` asks for a value, `field:a,b` for one of several,
//! `field:>5M`, `field:<=2GB` and `field:1M..5M` for numbers; `-` before a predicate or a word turns it
//! round; quotes hold words together. What is no predicate is text.

use std::ops::Range as Span;

use jiff::Timestamp;
use model::Fault;

use super::field::{Field, Unit};
use super::predicate::{Predicate, Range, Test};
use super::value::{moment, number};
use crate::{Outcome, TableName};

/// A question, read.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Question {
    /// What documents must be.
    pub(crate) predicates: Vec<Predicate>,
    /// What they should be about.
    pub(crate) text: String,
}

/// Reads a question; `now` is what ages count from.
///
/// # Errors
/// When it is empty, or a predicate cannot be read; the fault points at the character.
pub(crate) fn parse(question: &str, now: Timestamp) -> Result<Question, Fault> {
    let mut parsed = Question::default();
    let mut words: Vec<&str> = Vec::new();
    for token in tokens(question)? {
        let reader = Reader { question, now };
        match reader.read(&token)? {
            Item::Predicate(predicate) => parsed.predicates.push(predicate),
            Item::Text(text) => words.push(text),
        }
    }
    parsed.text = words.join(" ");
    if parsed.predicates.is_empty() && parsed.text.is_empty() {
        return Err(Fault::new("memory.query", "the question is empty")
            .help("ask for instance: operation:ADD_COLUMN table:funds rows:>1M long transactions"));
    }
    Ok(parsed)
}

/// Splits at spaces outside of quotes.
fn tokens(question: &str) -> Result<Vec<Span<usize>>, Fault> {
    let (mut tokens, mut start, mut quote) = (Vec::new(), None, None);
    for (at, c) in question.char_indices() {
        if c == '"' {
            quote = if quote.is_some() { None } else { Some(at) };
        }
        if c.is_whitespace() && quote.is_none() {
            tokens.extend(start.take().map(|start| start..at));
        } else if start.is_none() {
            start = Some(at);
        }
    }
    if let Some(at) = quote {
        return Err(wrong(question, at, "this quote is never closed".to_owned(), "close it"));
    }
    tokens.extend(start.map(|start| start..question.len()));
    Ok(tokens)
}

/// A fault that points at a character.
fn wrong(question: &str, at: usize, what: String, help: &str) -> Fault {
    let column = question[..at].chars().count();
    let pointer = " ".repeat(column);
    // One line, so that the mark stands under its character.
    let line: String = question.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    Fault::new("memory.query", what)
        .at(format!("character {} of the question\n    {line}\n    {pointer}^", column + 1))
        .help(help)
}

enum Item<'a> {
    Predicate(Predicate),
    Text(&'a str),
}

#[derive(Clone, Copy)]
struct Reader<'a> {
    question: &'a str,
    now: Timestamp,
}

impl<'a> Reader<'a> {
    fn read(self, token: &Span<usize>) -> Result<Item<'a>, Fault> {
        let whole = &self.question[token.clone()];
        let negated = whole.len() > 1 && whole.starts_with('-') && !whole[1..].starts_with('-');
        let start = token.start + usize::from(negated);
        let body = &self.question[start..token.end];
        let made = |test| Item::Predicate(Predicate { negated, test, written: whole.to_owned() });
        if let Some((name, value)) = named_value(body) {
            let field = self.field(name, start, value)?;
            let Some(field) = field else { return Ok(Item::Text(whole)) };
            return Ok(made(self.test(field, start + name.len() + 1..token.end)?));
        }
        match unquoted(body) {
            Some(phrase) if !phrase.trim().is_empty() => Ok(made(Test::Phrase(phrase.trim().to_lowercase()))),
            None if negated => Ok(made(Test::Phrase(body.to_lowercase()))),
            _ => Ok(Item::Text(whole)),
        }
    }

    /// The field a name means; none where it is only a word with a colon behind it.
    fn field(self, name: &str, start: usize, value: &str) -> Result<Option<Field>, Fault> {
        match (Field::from_name(name), value.is_empty()) {
            (Some(field), false) => Ok(Some(field)),
            (None, true) => Ok(None),
            (Some(_), true) => Err(wrong(
                self.question,
                start + name.len() + 1,
                format!("a value is missing after {name}:"),
                "write it right behind the colon, without a space",
            )),
            (None, false) => Err(wrong(
                self.question,
                start,
                format!("\"{name}\" is no field"),
                &format!(
                    "did you mean {}:? Words with a colon that are no field stand in quotes",
                    Field::nearest(name)
                ),
            )),
        }
    }

    fn test(self, field: Field, value: Span<usize>) -> Result<Test, Fault> {
        let parts = self.parts(value.clone())?;
        Ok(match field.unit() {
            Unit::Word => {
                Test::Words(field, parts.iter().map(|part| self.word(part).to_lowercase()).collect())
            }
            Unit::Table => Test::Tables(self.each(&parts, Self::table)?),
            Unit::Outcome => Test::Outcomes(self.each(&parts, Self::outcome)?),
            Unit::Count | Unit::Bytes | Unit::Time => {
                Test::Ranges(field, self.each(&parts, |reader, part| reader.range(part, field.unit()))?)
            }
            Unit::Moment if field == Field::Since => Test::Since(self.moment(&value)?),
            Unit::Moment => Test::Until(self.moment(&value)?),
            Unit::Flag => Test::Flag(field, self.flag(&value)?),
        })
    }

    /// Splits a list at its commas outside of quotes.
    fn parts(self, value: Span<usize>) -> Result<Vec<Span<usize>>, Fault> {
        let (mut parts, mut start, mut quoted) = (Vec::new(), value.start, false);
        for (at, c) in self.question[value.clone()].char_indices() {
            quoted ^= c == '"';
            if c == ',' && !quoted {
                parts.push(start..value.start + at);
                start = value.start + at + 1;
            }
        }
        parts.push(start..value.end);
        match parts.iter().find(|part| part.is_empty()) {
            Some(empty) => Err(self.wrong(empty, "a value is missing in this list".to_owned(), "write a,b")),
            None => Ok(parts),
        }
    }

    fn each<T>(
        self,
        parts: &[Span<usize>],
        read: impl Fn(Self, &Span<usize>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        parts.iter().map(|part| read(self, part)).collect()
    }

    fn word(self, part: &Span<usize>) -> &'a str {
        let text = &self.question[part.clone()];
        unquoted(text).unwrap_or(text)
    }

    /// Quotes in a name are SQL's: they keep capitals and dots.
    fn table(self, part: &Span<usize>) -> Result<TableName, Fault> {
        let text = &self.question[part.clone()];
        let name = text.parse();
        name.map_err(|error: model::NameError| {
            self.wrong(part, error.to_string(), "write funds or public.funds")
        })
    }

    fn outcome(self, part: &Span<usize>) -> Result<Outcome, Fault> {
        let word = self.word(part).to_lowercase();
        let known = Outcome::ALL.map(Outcome::name).join(", ");
        Outcome::from_name(&word).ok_or_else(|| {
            self.wrong(part, format!("\"{word}\" is no outcome"), &format!("outcomes are {known}"))
        })
    }

    fn range(self, part: &Span<usize>, unit: Unit) -> Result<Range, Fault> {
        let text = &self.question[part.clone()];
        let at = |text: &str, skipped: usize| {
            let place = part.start + skipped..part.start + skipped + text.len();
            number(text, unit).map_err(|what| {
                self.wrong(&place, what, "numbers are compared as in rows:>5M, rows:<=20k or rows:1M..5M")
            })
        };
        if let Some((from, to)) = text.split_once("..") {
            let (from, to) = (at(from, 0)?, at(to, from.len() + 2)?);
            if from > to {
                let help = "write the smaller number first";
                return Err(self.wrong(part, "this range ends before it begins".to_owned(), help));
            }
            return Ok(Range { from, to, from_within: true, to_within: true });
        }
        let (from, to) = (f64::NEG_INFINITY, f64::INFINITY);
        let open = |from, to, within| Range { from, to, from_within: within, to_within: within };
        Ok(match text {
            _ if text.starts_with(">=") => open(at(&text[2..], 2)?, to, true),
            _ if text.starts_with("<=") => open(from, at(&text[2..], 2)?, true),
            _ if text.starts_with('>') => open(at(&text[1..], 1)?, to, false),
            _ if text.starts_with('<') => open(from, at(&text[1..], 1)?, false),
            _ => {
                let value = at(text.strip_prefix('=').unwrap_or(text), usize::from(text.starts_with('=')))?;
                open(value, value, true)
            }
        })
    }

    fn moment(self, value: &Span<usize>) -> Result<Timestamp, Fault> {
        let help = "write a date such as 2026-11-02, or an age such as 30d";
        moment(self.word(value), self.now).map_err(|what| self.wrong(value, what, help))
    }

    fn flag(self, value: &Span<usize>) -> Result<bool, Fault> {
        let word = self.word(value);
        word.parse().map_err(|_| {
            self.wrong(value, format!("\"{word}\" is neither true nor false"), "write true or false")
        })
    }

    fn wrong(self, at: &Span<usize>, what: String, help: &str) -> Fault {
        wrong(self.question, at.start, what, help)
    }
}

/// `name:value` where the name is letters and underscores.
fn named_value(body: &str) -> Option<(&str, &str)> {
    let (name, value) = body.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    // A URL is text.
    (is_name && !value.starts_with("//")).then_some((name, value))
}

/// What stands within quotes; none where nothing is quoted whole.
fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.contains('"'))
}
