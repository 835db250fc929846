//! What a file imports and passes on.

use std::ops::Range;
use std::path::Path;

use oxc::allocator::Allocator;
use oxc::parser::Parser;
use oxc::syntax::module_record::{ExportImportName, ImportImportName, ModuleRecord};

use super::{Imports, source_type};
use crate::place::{Lines, Place};

/// What an ECMAScript file that needs no stripping imports.
pub(crate) fn imports_of_text(path: &Path, text: &str) -> Imports {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type(path)).parse();
    imports_of(&parsed.module_record)
}

pub(super) fn imports_of(record: &ModuleRecord<'_>) -> Imports {
    let mut imports = Imports::new();
    for request in record.requested_modules.keys() {
        imports.entry(request.to_string()).or_default();
    }
    for entry in &record.import_entries {
        let name = match &entry.import_name {
            ImportImportName::Name(name) => name.name.to_string(),
            ImportImportName::NamespaceObject => "*".to_owned(),
            ImportImportName::Default(_) => "default".to_owned(),
        };
        imports.entry(entry.module_request.name.to_string()).or_default().insert(name);
    }
    let passed_on = record.indirect_export_entries.iter().chain(&record.star_export_entries);
    for entry in passed_on {
        let Some(request) = &entry.module_request else { continue };
        let name = match &entry.import_name {
            ExportImportName::Name(name) => name.name.to_string(),
            _ => "*".to_owned(),
        };
        imports.entry(request.name.to_string()).or_default().insert(name);
    }
    imports
}

/// Where a module is imported from.
pub(crate) fn import_place(path: &Path, text: &str, specifier: &str) -> Option<Place> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type(path)).parse();
    let requests = parsed.module_record.requested_modules.iter();
    let found = requests
        .filter(|(name, _)| name.trim_start_matches("node:") == specifier)
        .flat_map(|(_, all)| all.iter());
    let span = found.map(|request| request.span).next()?;
    Some(Lines::new(text.to_owned()).place(path, span.start))
}

pub(super) fn stars_of(record: &ModuleRecord<'_>) -> Vec<String> {
    let requests = record.star_export_entries.iter().filter_map(|entry| entry.module_request.as_ref());
    requests.map(|request| request.name.to_string()).collect()
}

/// The `* as` of each `import * as x from "…"`, with the module it is about.
pub(crate) fn namespace_imports(path: &Path, text: &str) -> Vec<(String, Range<usize>)> {
    if !text.contains("* as") {
        return Vec::new();
    }
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, source_type(path)).parse();
    let entries = parsed.module_record.import_entries.iter();
    let spaces = entries.filter(|entry| entry.import_name.is_namespace_object() && !entry.is_type);
    let found = spaces.filter_map(|entry| {
        let from = entry.statement_span.start as usize;
        let star = from + text[from..entry.local_name.span.start as usize].rfind("* as")?;
        Some((entry.module_request.name.to_string(), star..star + "* as".len()))
    });
    found.collect()
}
