//! The triggers, policies and rules of a relation.

use model::{Expr, Ident, Policy, Trigger};
use parse::{OnTableKind, Reference};

use super::relation::Relation;

impl Relation {
    /// Adds a trigger, policy or rule.
    pub(crate) fn store_on_table(&mut self, kind: OnTableKind, name: Ident, function: Option<&Reference>) {
        match kind {
            OnTableKind::Trigger => {
                let function = function.map(ToString::to_string).unwrap_or_default();
                let trigger = Trigger { definition: Expr::new(""), enabled: 'O', function, comment: None };
                self.table.triggers.insert(name, trigger);
            }
            OnTableKind::Policy => {
                let policy = Policy {
                    permissive: true,
                    command: "ALL".to_owned(),
                    roles: Vec::new(),
                    using: None,
                    check: None,
                    comment: None,
                };
                self.table.policies.insert(name, policy);
            }
            OnTableKind::Rule => drop(self.table.rules.insert(name, Expr::new(""))),
            OnTableKind::Statistics => {}
        }
    }

    /// Takes a trigger, policy or rule away.
    pub(crate) fn remove_on_table(&mut self, kind: OnTableKind, name: &Ident) {
        match kind {
            OnTableKind::Trigger => drop(self.table.triggers.remove(name)),
            OnTableKind::Policy => drop(self.table.policies.remove(name)),
            OnTableKind::Rule => drop(self.table.rules.remove(name)),
            OnTableKind::Statistics => {}
        }
    }

    /// Gives a trigger, policy or rule another name.
    pub(crate) fn rename_on_table(&mut self, kind: OnTableKind, from: &Ident, to: Ident) {
        match kind {
            OnTableKind::Trigger => {
                if let Some(trigger) = self.table.triggers.remove(from) {
                    self.table.triggers.insert(to, trigger);
                }
            }
            OnTableKind::Policy => {
                if let Some(policy) = self.table.policies.remove(from) {
                    self.table.policies.insert(to, policy);
                }
            }
            OnTableKind::Rule => {
                if let Some(rule) = self.table.rules.remove(from) {
                    self.table.rules.insert(to, rule);
                }
            }
            OnTableKind::Statistics => {}
        }
    }
}
