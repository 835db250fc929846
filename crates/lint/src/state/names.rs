//! Names as statements write them, and the objects they mean.

use model::{Ident, Name};
use parse::Reference;

use super::{Catalog, volatility};
use crate::failure::{Failure, missing};

impl Catalog {
    /// The namespace that new objects go to.
    pub(crate) fn default_namespace(&self) -> Ident {
        self.search_path.first().cloned().unwrap_or_else(|| Ident::new("public"))
    }

    pub(super) fn candidates(&self, name: &Reference) -> impl Iterator<Item = Name> {
        let path = match &name.schema {
            Some(schema) => vec![schema.clone()],
            None => {
                let temporary = self.has_temporary.then(|| Ident::new("pg_temp"));
                temporary.into_iter().chain(self.search_path.iter().cloned()).collect()
            }
        };
        let name = name.name.clone();
        path.into_iter().map(move |schema| Name { schema, name: name.clone() })
    }

    /// The full name of a relation: the one the search path finds, else where it would be made.
    pub(crate) fn resolve(&self, name: &Reference) -> Name {
        if let Some(schema) = &name.schema {
            return Name { schema: schema.clone(), name: name.name.clone() };
        }
        let found = self.candidates(name).find(|candidate| self.relations.contains_key(candidate));
        found.unwrap_or_else(|| name.in_schema(&self.default_namespace()))
    }

    /// The full name of a type; see [`Catalog::resolve`].
    pub(crate) fn resolve_type(&self, name: &Reference) -> Name {
        let found = self.candidates(name).find(|candidate| self.types.contains_key(candidate));
        found.unwrap_or_else(|| name.in_schema(&self.default_namespace()))
    }

    /// Fails where a type is known not to exist.
    ///
    /// # Errors
    /// `type "…" does not exist`.
    pub(crate) fn expect_type(&self, it: &parse::TypeReference) -> Result<(), Failure> {
        let parse::BaseType::Named { name, .. } = &it.base else { return Ok(()) };
        self.expect_type_named(name)
    }

    /// Fails where a type of this name is known not to exist.
    ///
    /// # Errors
    /// `type "…" does not exist`.
    pub(crate) fn expect_type_named(&self, name: &Reference) -> Result<(), Failure> {
        let of_system = |name: &Reference| match &name.schema {
            Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema"),
            None => volatility::is_system_type(name.name.as_str()),
        };
        let known =
            self.candidates(name).any(|it| self.types.contains_key(&it) || self.relations.contains_key(&it));
        if known || !self.complete || self.extended || of_system(name) {
            return Ok(());
        }
        if let Some(schema) = name.schema.as_ref().filter(|it| !self.has_namespace(it)) {
            return Err(missing("schema", schema));
        }
        let dotted = name.schema.as_ref().map(|it| [it.as_str(), ".", name.name.as_str()].concat());
        let shown = dotted.map_or_else(|| name.name.clone(), Ident::new);
        Err(missing("type", &shown))
    }

    /// Whether a name is of the system's catalog, which no statement of a migration competes for.
    pub(crate) fn is_system(&self, name: &Reference) -> bool {
        match &name.schema {
            Some(schema) => matches!(schema.as_str(), "pg_catalog" | "information_schema" | "pg_toast"),
            None => {
                let bare = name.name.as_str();
                bare.starts_with("pg_") && !self.relations.contains_key(&self.resolve(name))
            }
        }
    }
}
