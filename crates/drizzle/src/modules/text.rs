//! The text of modules that are made rather than read.

use crate::script::is_identifier;

/// The text of a module that passes on what a CommonJS module exports.
pub(super) fn passing_on(expression: &str, names: &[String]) -> String {
    let mut text = format!("const it = {expression}; export default __lockkeeper.interop(it);");
    for name in names
        .iter()
        .filter(|name| is_identifier(name) && *name != "default" && !RESERVED.contains(&name.as_str()))
    {
        text.push_str(&format!(" export const {name} = it.{name};"));
    }
    for (at, name) in names.iter().filter(|name| RESERVED.contains(&name.as_str())).enumerate() {
        text.push_str(&format!(" const it{at} = it[{name:?}]; export {{ it{at} as {name} }};"));
    }
    text
}

const RESERVED: &[&str] = &[
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "it",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "var",
    "void",
    "while",
    "with",
    "yield",
];
