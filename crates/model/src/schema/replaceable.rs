//! What PostgreSQL alters in place; everything else has to go and come again.

use crate::{CompositeType, Domain, Policy, Routine, Trigger, View};

impl View {
    /// Whether `CREATE OR REPLACE VIEW` leads to the other: it keeps the columns there are, with their types,
    /// and takes new ones at the end.
    pub fn is_replaceable_by(&self, wanted: &Self) -> bool {
        let types_are_known = self.types.len() == self.columns.len();
        !self.materialized
            && !wanted.materialized
            && types_are_known
            && wanted.columns.starts_with(&self.columns)
            && wanted.types.starts_with(&self.types)
    }
}

impl Routine {
    /// Whether `CREATE OR REPLACE` leads to the other: it keeps names, modes, defaults and result.
    pub fn is_replaceable_by(&self, wanted: &Self) -> bool {
        self.kind == wanted.kind && self.returns == wanted.returns && self.signature == wanted.signature
    }
}

impl Domain {
    /// Whether `ALTER DOMAIN` leads to the other: it keeps type and collation.
    pub fn is_alterable_to(&self, wanted: &Self) -> bool {
        self.type_name == wanted.type_name && self.collation == wanted.collation
    }
}

impl CompositeType {
    /// Whether attributes that go and attributes that come at the end lead to the other, whatever uses it.
    pub fn is_alterable_to(&self, wanted: &Self) -> bool {
        let mut kept = self.attributes.iter().filter(|attribute| wanted.attributes.contains(attribute));
        let has_name = |name| self.attributes.iter().any(|attribute| attribute.name == name);
        let stays = wanted.attributes.iter().take_while(|attribute| kept.next() == Some(attribute)).count();
        kept.next().is_none()
            && wanted.attributes[stays..].iter().all(|attribute| !has_name(attribute.name.clone()))
    }
}

impl Policy {
    /// Whether `ALTER POLICY` leads to the other: it keeps kind and command, and cannot take an expression away.
    pub fn is_alterable_to(&self, wanted: &Self) -> bool {
        self.permissive == wanted.permissive
            && self.command == wanted.command
            && self.using.is_some() == wanted.using.is_some()
            && self.check.is_some() == wanted.check.is_some()
    }
}

impl Trigger {
    /// Whether `ENABLE` or `DISABLE TRIGGER` leads to the other.
    pub fn is_alterable_to(&self, wanted: &Self) -> bool {
        self.definition == wanted.definition && self.function == wanted.function
    }
}
