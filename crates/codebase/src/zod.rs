//! Validators written with Zod beside the schema they are to match.
//!
//! What drizzle-zod derives matches by its making. A hand-written `z.object` is compared where its name says
//! which table it is about and most of its keys are columns there; the others are only counted.

use std::path::{Path, PathBuf};

use model::{Column, Ident, Name, Schema, Table};
use oxc::allocator::Allocator;
use oxc::ast::ast::{Argument, CallExpression, Expression, ObjectExpression};
use oxc::parser::Parser;

use crate::Found;
use crate::files::{self, File};
use crate::script::{declarators, object_of, properties, snake, source_type};

/// What is known of a project's validators.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Validators {
    /// How many are derived from tables by drizzle-zod.
    pub derived: usize,
    /// Those that were compared with a table, `insertFundSchema (src/a.ts:3)`.
    pub compared: Vec<String>,
    /// How many could not be put to a table.
    pub unknown: usize,
    /// Where a compared one accepts what the table does not, or the other way about; each a sentence.
    pub mismatches: Vec<String>,
}

/// Compares a project's validators with the wanted schema.
pub fn validators(folder: &Path, sources: &[PathBuf], from: &Schema, to: &Schema) -> Validators {
    let mut validators = Validators::default();
    let files = files::read(folder, sources, &mut Found::default());
    for file in files.iter().filter(|file| file.text.contains("zod")) {
        in_file(file, from, to, &mut validators);
    }
    validators
}

fn in_file(file: &File, from: &Schema, to: &Schema, validators: &mut Validators) {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &file.text, source_type(&file.name)).parse();
    for declarator in declarators(&parsed.program) {
        let (Some(constant), Some(init)) = (declarator.id.get_identifier_name(), &declarator.init) else {
            continue;
        };
        let Some(chain) = Chain::of(init) else { continue };
        if chain.is_derived() {
            validators.derived += 1;
        } else if let Some(object) = chain.object() {
            let line = file.text[..declarator.span.start as usize].matches('\n').count() + 1;
            let place = format!("{constant} ({}:{line})", file.name);
            match table(constant.as_str(), object, to) {
                Some((name, table)) => {
                    let sides = Sides { constant: constant.as_str(), name, table, from, to };
                    let said = sides.compare(object).into_iter().map(|said| format!("{place}: {said}"));
                    validators.mismatches.extend(said);
                    validators.compared.push(place);
                }
                None => validators.unknown += 1,
            }
        }
    }
}

/// `z.string().max(10).nullable()`: what it begins with, and the calls upon it.
struct Chain<'e, 'a> {
    root: &'e CallExpression<'a>,
    calls: Vec<(&'e str, &'e CallExpression<'a>)>,
}

impl<'e, 'a> Chain<'e, 'a> {
    fn of(expression: &'e Expression<'a>) -> Option<Self> {
        let Expression::CallExpression(call) = expression.get_inner_expression() else { return None };
        if let Expression::StaticMemberExpression(member) = &call.callee
            && let Some(mut chain) = Self::of(&member.object)
        {
            chain.calls.push((member.property.name.as_str(), call));
            return Some(chain);
        }
        Some(Self { root: call, calls: Vec::new() })
    }

    /// The name that the root calls: `string` of `z.string()` and of `z.coerce.string()`.
    fn kind(&self) -> &'e str {
        match &self.root.callee {
            Expression::Identifier(name) => name.name.as_str(),
            Expression::StaticMemberExpression(member) => member.property.name.as_str(),
            _ => "",
        }
    }

    fn is_derived(&self) -> bool {
        matches!(self.kind(), "createInsertSchema" | "createSelectSchema" | "createUpdateSchema")
    }

    /// The object of `z.object({ … })`.
    fn object(&self) -> Option<&'e ObjectExpression<'a>> {
        let is_object = matches!(self.kind(), "object" | "strictObject" | "looseObject");
        object_of(self.root.arguments.first().filter(|_| is_object)?.as_expression()?)
    }

    fn has(&self, method: &str) -> bool {
        self.calls.iter().any(|(name, _)| *name == method)
    }

    /// The number a method is called with.
    fn number(&self, method: &str) -> Option<f64> {
        let (_, call) = self.calls.iter().find(|(name, _)| *name == method)?;
        match call.arguments.first()? {
            Argument::NumericLiteral(number) => Some(number.value),
            _ => None,
        }
    }

    /// The labels of `z.enum([…])`.
    fn labels(&self) -> Option<Vec<&'e str>> {
        let list = self.root.arguments.first().filter(|_| self.kind() == "enum")?.as_expression()?;
        let Expression::ArrayExpression(list) = list.get_inner_expression() else { return None };
        let label = |element: &'e oxc::ast::ast::ArrayExpressionElement<'a>| match element.as_expression()? {
            Expression::StringLiteral(text) => Some(text.value.as_str()),
            _ => None,
        };
        list.elements.iter().map(label).collect()
    }
}

/// The table that a validator's name and keys are about.
fn table<'s>(constant: &str, object: &ObjectExpression<'_>, to: &'s Schema) -> Option<(&'s Name, &'s Table)> {
    let about = bare(constant);
    let mut named = to.tables.iter().filter(|(name, _)| bare(name.name.as_str()) == about);
    let found = named.next().filter(|_| named.next().is_none())?;
    let keys: Vec<String> = properties(object).map(|(key, _)| key).collect();
    let known = keys.iter().filter(|key| column(found.1, key).is_some()).count();
    (known * 2 >= keys.len() && known > 0).then_some(found)
}

/// A name without what only says what kind of thing it is, in one spelling.
fn bare(name: &str) -> String {
    let words = snake(name);
    let kinds = [
        "insert",
        "create",
        "update",
        "select",
        "new",
        "schema",
        "validator",
        "input",
        "dto",
        "form",
        "zod",
        "z",
        "body",
        "payload",
        "patch",
    ];
    let rest: Vec<&str> = words.split('_').filter(|word| !kinds.contains(word)).collect();
    let joined = rest.concat();
    match joined.strip_suffix("ies") {
        Some(stem) => [stem, "y"].concat(),
        None => joined.strip_suffix('s').unwrap_or(&joined).to_owned(),
    }
}

fn column<'t>(table: &'t Table, key: &str) -> Option<&'t Column> {
    table.column(&Ident::new(key)).or_else(|| table.column(&Ident::new(snake(key))))
}

/// A validator and its table.
struct Sides<'s> {
    constant: &'s str,
    name: &'s Name,
    table: &'s Table,
    from: &'s Schema,
    to: &'s Schema,
}

impl Sides<'_> {
    fn compare(&self, object: &ObjectExpression<'_>) -> Vec<String> {
        let mut said = Vec::new();
        let mut keys = Vec::new();
        for (key, value) in properties(object) {
            match column(self.table, &key) {
                Some(column) => {
                    keys.push(column.name.clone());
                    said.extend(Chain::of(value).and_then(|chain| self.value(&key, column, &chain)));
                }
                None if self.was_there(&key) => {
                    said.push(format!("{key} is a column of {} no more", self.name));
                }
                None => {}
            }
        }
        let words = snake(self.constant);
        if words.split('_').any(|word| matches!(word, "insert" | "create" | "new")) {
            let wanted = self.table.columns.iter().filter(|column| column.not_null && !column.fills_itself());
            let missing = wanted.filter(|column| !keys.contains(&column.name));
            said.extend(
                missing.map(|column| format!("{} lacks a value that {} requires", column.name, self.name)),
            );
        }
        said
    }

    fn was_there(&self, key: &str) -> bool {
        self.from.table(self.name).is_some_and(|table| column(table, key).is_some())
    }

    /// What a value accepts that its column does not.
    fn value(&self, key: &str, column: &Column, chain: &Chain<'_, '_>) -> Option<String> {
        let type_name = column.type_name.0.as_str();
        if column.not_null && (chain.has("nullable") || chain.has("nullish")) {
            return Some(format!("{key} accepts null, {} does not", column.name));
        }
        if let Some(labels) = chain.labels()
            && let Some(known) = type_name.parse::<Name>().ok().and_then(|name| self.to.enums.get(&name))
            && let Some(label) = labels.iter().find(|label| !known.labels.iter().any(|known| known == *label))
        {
            return Some(format!("{key} accepts '{label}', which {type_name} does not have"));
        }
        let kinds = expected(type_name)?;
        let kind = chain.kind();
        let plain = ["string", "number", "int", "boolean", "date", "bigint"];
        if plain.contains(&kind) && !kinds.contains(&kind) {
            return Some(format!("{key} is a {kind}, {} is {type_name}", column.name));
        }
        let length = limit(type_name).filter(|_| kind == "string")?;
        match chain.number("max").or_else(|| chain.number("length")) {
            Some(max) if max <= length => None,
            Some(max) => Some(format!("{key} accepts {max} characters, {} holds {length}", column.name)),
            None => {
                Some(format!("{key} accepts text of any length, {} holds {length} characters", column.name))
            }
        }
    }
}

/// The kinds of Zod that hold what Drizzle makes of a column; none for types that code maps as it likes.
fn expected(type_name: &str) -> Option<&'static [&'static str]> {
    Some(match type_name {
        "smallint" | "integer" | "real" | "double precision" => &["number", "int"],
        "bigint" => &["number", "int", "bigint", "string"],
        "boolean" => &["boolean"],
        "text" | "uuid" => &["string"],
        _ if type_name.starts_with("character") => &["string"],
        _ if type_name.starts_with("numeric") => &["string", "number", "bigint"],
        _ if type_name.starts_with("timestamp") || type_name == "date" => &["date", "string"],
        _ => return None,
    })
}

/// The characters that a type holds.
fn limit(type_name: &str) -> Option<f64> {
    let inner =
        type_name.strip_prefix("character varying(").or_else(|| type_name.strip_prefix("character("))?;
    inner.strip_suffix(')')?.parse().ok()
}
