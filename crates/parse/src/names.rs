//! Names as a statement writes them.

use std::fmt;

use model::{Ident, Name};
use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode, normalize_name_node};

/// An object as a statement names it, with or without its namespace.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The namespace, where the statement gives one.
    pub schema: Option<Ident>,
    /// The name, folded and cut as the server does.
    pub name: Ident,
}

impl Reference {
    /// A name without a namespace.
    pub fn bare(name: Ident) -> Self {
        Self { schema: None, name }
    }

    /// The full name, in `default` where the statement gives no namespace.
    pub fn in_schema(&self, default: &Ident) -> Name {
        Name { schema: self.schema.clone().unwrap_or_else(|| default.clone()), name: self.name.clone() }
    }
}

impl From<&Name> for Reference {
    fn from(name: &Name) -> Self {
        Self { schema: Some(name.schema.clone()), name: name.name.clone() }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "{schema}.{}", self.name),
            None => write!(f, "{}", self.name),
        }
    }
}

/// The identifier a name node holds, folded and cut as the server does.
pub(crate) fn ident(node: &SyntaxNode) -> Ident {
    Ident::new(normalize_name_node(node)).truncated()
}

/// The identifier of an optional name node.
pub(crate) fn ident_of<N: AstNode>(node: Option<N>) -> Option<Ident> {
    node.map(|node| ident(node.syntax())).filter(|ident| !ident.as_str().is_empty())
}

/// The parts of a dotted path, outermost first.
fn path_parts(path: &ast::PathRef, parts: &mut Vec<Ident>) {
    if let Some(qualifier) = path.qualifier() {
        path_parts(&qualifier, parts);
    }
    parts.extend(ident_of(path.segment()));
}

/// The parts of a dotted reference, outermost first.
pub(crate) fn parts_of(path: Option<ast::PathRef>) -> Vec<Ident> {
    let mut parts = Vec::new();
    if let Some(path) = path {
        path_parts(&path, &mut parts);
    }
    parts
}

/// A reference to something that exists: `funds`, `public.funds`, `db.public.funds`.
pub(crate) fn reference(path: Option<ast::PathRef>) -> Option<Reference> {
    from_parts(parts_of(path))
}

/// The name of something to be created.
pub(crate) fn new_name(path: Option<ast::Path>) -> Option<Reference> {
    let path = path?;
    let mut parts = parts_of(path.qualifier());
    parts.extend(ident_of(path.segment()));
    from_parts(parts)
}

fn from_parts(mut parts: Vec<Ident>) -> Option<Reference> {
    let name = parts.pop()?;
    Some(Reference { schema: parts.pop(), name })
}

/// The references of a list.
pub(crate) fn references<N: ast::HasPathRef>(nodes: impl Iterator<Item = N>) -> Vec<Reference> {
    nodes.filter_map(|node| reference(node.path_ref())).collect()
}
