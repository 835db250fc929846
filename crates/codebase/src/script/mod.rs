//! Uses in TypeScript and JavaScript, through oxc's syntax trees and scopes.

mod binding;
mod builder;
mod define;
mod query;
mod tables;
mod text;
mod visit;

use oxc::allocator::Allocator;
use oxc::parser::Parser;
use oxc::semantic::SemanticBuilder;
use oxc::span::SourceType;

use crate::files::File;
use crate::sql::Catalog;
use crate::{Hit, Sought};

pub(crate) use define::{declarators, object_of, properties};
pub(crate) use tables::{Tables, snake};

/// Uses in one file.
///
/// # Errors
/// In words, when the file does not parse.
pub(crate) fn uses(
    file: &File,
    tables: &Tables,
    catalog: &Catalog,
    sought: &[Sought],
) -> Result<Vec<Hit>, String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, &file.text, source_type(&file.name)).parse();
    if parsed.panicked {
        let why = parsed.diagnostics.iter().next().map(ToString::to_string);
        return Err(why.unwrap_or_else(|| "it does not parse".to_owned()));
    }
    let semantic = SemanticBuilder::new().build(&parsed.program).semantic;
    let bindings = binding::bindings(&parsed.program, &file.name, tables);
    let scene = visit::Scene { text: &file.text, scoping: semantic.scoping(), tables, catalog, sought };
    let mut hits = visit::visit(&parsed.program, scene, bindings);
    hits.sort();
    hits.dedup();
    Ok(hits)
}

pub(crate) fn source_type(name: &str) -> SourceType {
    let guessed = SourceType::from_path(name).unwrap_or_else(|_| SourceType::mjs());
    // JavaScript files hold JSX and types more often than they say.
    if name.ends_with("js") {
        SourceType::jsx().with_unambiguous(true)
    } else {
        guessed.with_unambiguous(true)
    }
}
