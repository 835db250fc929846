//! One source file made ready for the engine: types stripped, declarations noted.

mod declared;
mod imports;

pub(crate) use imports::{import_place, imports_of_text, namespace_imports};

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use model::Fault;
use oxc::allocator::Allocator;
use oxc::ast::ast::Program;
use oxc::codegen::{Codegen, CodegenOptions, CodegenReturn, CommentOptions};
use oxc::diagnostics::OxcDiagnostic;
use oxc::parser::{Parser, ParserReturn};
use oxc::semantic::{Scoping, SemanticBuilder};
use oxc::span::SourceType;
use oxc::transformer::{TransformOptions, Transformer};

use crate::place::{Lines, Place};
use declared::{declarations_of, type_exports};
use imports::{imports_of, stars_of};

/// A top-level `const` of a file, and the keys of the object literals its initialiser is called with.
#[derive(Debug, Clone)]
pub(crate) struct Declaration {
    /// The name it is bound to.
    pub(crate) name: String,
    /// Where the name stands, in bytes from the start of the source.
    pub(crate) offset: u32,
    /// The first object literal's keys with their offsets: a table's columns.
    pub(crate) keys: Vec<(String, u32)>,
}

/// The names a file takes from each module it imports; `*` stands for all of them.
pub(crate) type Imports = BTreeMap<String, BTreeSet<String>>;

/// A file as the engine gets it.
#[derive(Debug)]
pub(crate) struct Script {
    /// JavaScript.
    pub(crate) code: String,
    /// Whether it is an ECMAScript module; else it is CommonJS.
    pub(crate) module: bool,
    /// Its top-level constants, with offsets into the original source.
    pub(crate) declarations: Vec<Declaration>,
    /// What it imports.
    pub(crate) imports: Imports,
    /// The modules it passes on whole, by `export * from`.
    pub(crate) stars: Vec<String>,
}

/// Whether the engine can run files with this ending once their types are stripped.
pub(crate) fn is_script(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    matches!(ending, "ts" | "mts" | "cts" | "tsx" | "js" | "mjs" | "cjs" | "jsx")
}

fn source_type(path: &Path) -> SourceType {
    let guessed = SourceType::from_path(path).unwrap_or_else(|_| SourceType::mjs());
    // Whether a file is a module is for its syntax to say; its ending and package.json often do not.
    guessed.with_unambiguous(true)
}

/// Strips the types of a project's own file.
///
/// # Errors
/// When the file does not parse; the fault names line and column.
pub(crate) fn strip(path: &Path, text: &str) -> Result<Script, Fault> {
    let allocator = Allocator::default();
    let mut parsed = parse(&allocator, path, text)?;
    let imports = imports_of(&parsed.module_record);
    let stars = stars_of(&parsed.module_record);
    let has_module_syntax = parsed.module_record.has_module_syntax;
    let declarations = declarations_of(&parsed.program);
    let types = type_exports(&parsed.program, &parsed.module_record);
    let scoping = SemanticBuilder::new().with_enum_eval(true).build(&parsed.program).semantic.into_scoping();
    let free = |name: &str| scoping.root_unresolved_references().keys().any(|free| free.as_str() == name);
    let module = has_module_syntax
        || !(free("module") || free("exports") || path.extension().is_some_and(|e| e == "cts"));
    let prelude = if module { prelude(&free) } else { "" };
    let printed = print(&allocator, path, &mut parsed.program, scoping, false)
        .map_err(|errors| parse_fault(path, text, &errors))?;
    let mut code = String::with_capacity(prelude.len() + printed.code.len());
    code.push_str(prelude);
    code.push_str(&printed.code);
    if module {
        export_types_as_undefined(&mut code, &types);
    }
    Ok(Script { code, module, declarations, imports, stars })
}

/// What stands before a module's own code, on its first line: the CommonJS names it uses although it is a module.
fn prelude(free: &dyn Fn(&str) -> bool) -> &'static str {
    let uses = ["require", "__dirname", "__filename"].into_iter().any(free);
    if uses { PRELUDE } else { "" }
}

const PRELUDE: &str =
    "const {require, __dirname, __filename} = __lockkeeper.commonJsNames(import.meta.url); ";

/// A type that is exported or re-exported without `type` would be a missing export to the engine,
/// while bundlers see nothing there: it becomes `undefined`.
fn export_types_as_undefined(code: &mut String, types: &BTreeSet<String>) {
    for (at, name) in types.iter().enumerate() {
        code.push_str(&format!(
            "\nconst __lockkeeper_type_{at} = undefined; export {{ __lockkeeper_type_{at} as {name} }};"
        ));
    }
}

/// The place in the source of a place in the stripped code (both count from 1).
pub(crate) fn original_place(path: &Path, text: &str, line: u32, column: u32) -> Option<Place> {
    let allocator = Allocator::default();
    let mut parsed = parse(&allocator, path, text).ok()?;
    let scoping = SemanticBuilder::new().with_enum_eval(true).build(&parsed.program).semantic.into_scoping();
    let free = |name: &str| scoping.root_unresolved_references().keys().any(|free| free.as_str() == name);
    let shift =
        if line == 1 && parsed.module_record.has_module_syntax { prelude(&free).len() as u32 } else { 0 };
    let map = print(&allocator, path, &mut parsed.program, scoping, true).ok()?.map?;
    let table = map.generate_lookup_table();
    let token = map.lookup_token(&table, line.checked_sub(1)?, column.saturating_sub(1 + shift))?;
    Some(Place { file: path.to_owned(), line: token.get_src_line() + 1, column: token.get_src_col() + 1 })
}

fn parse<'a>(allocator: &'a Allocator, path: &Path, text: &'a str) -> Result<ParserReturn<'a>, Fault> {
    let parsed = Parser::new(allocator, text, source_type(path)).parse();
    if parsed.panicked || parsed.diagnostics.has_errors() {
        let errors: Vec<OxcDiagnostic> = parsed.diagnostics.into_iter().collect();
        return Err(parse_fault(path, text, &errors));
    }
    Ok(parsed)
}

fn parse_fault(path: &Path, text: &str, errors: &[OxcDiagnostic]) -> Fault {
    let message =
        errors.first().map_or_else(|| "it does not parse".into(), |error| error.message.to_string());
    let offset = errors.first().and_then(|error| error.labels.first()).map_or(0, |label| label.offset());
    let fault = Fault::new("drizzle.syntax", format!("cannot parse {}: {message}", path.display()));
    let help = errors.first().and_then(|error| error.help.as_deref()).map(str::to_owned);
    let fault = fault.at(Lines::new(text.to_owned()).place(path, offset).to_string());
    if let Some(help) = help { fault.help(help) } else { fault }
}

fn print<'a>(
    allocator: &'a Allocator,
    path: &Path,
    program: &mut Program<'a>,
    scoping: Scoping,
    map: bool,
) -> Result<CodegenReturn<'a>, Vec<OxcDiagnostic>> {
    let done =
        Transformer::new(allocator, path, &TransformOptions::default()).build_with_scoping(scoping, program);
    let errors: Vec<OxcDiagnostic> = done.diagnostics.into_iter().collect();
    if !errors.is_empty() {
        return Err(errors);
    }
    let options = CodegenOptions {
        comments: CommentOptions::disabled(),
        source_map_path: map.then(|| PathBuf::from(path)),
        ..CodegenOptions::default()
    };
    Ok(Codegen::new().with_options(options).build(program))
}

/// Whether a file is written as an ECMAScript module.
pub(crate) fn has_module_syntax(path: &Path, text: &str) -> bool {
    let allocator = Allocator::default();
    Parser::new(&allocator, text, source_type(path)).parse().module_record.has_module_syntax
}

/// Whether a name can be bound by `const` as it is.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_' || c == '$')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '$')
}
