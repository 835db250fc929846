//! Enums and domains.

use model::{Ident, Name};
use parse::{AlterType, Demand, TypeChange};

use crate::failure::Failure;
use crate::state::Catalog;
use crate::state::{TypeKind, TypeState};
type Applied = Result<(), Failure>;

impl Catalog {
    pub(crate) fn alter_type(&mut self, it: &AlterType) -> Applied {
        let name = self.resolve_type(&it.name);
        let Some(state) = self.type_state(&name).cloned() else {
            return self.expect_type_named(&it.name);
        };
        let mut changed = TypeState::clone(&state);
        match &it.change {
            TypeChange::AddValue { label, if_not_exists, beside } => {
                if !add_label(&name, &mut changed, label, *if_not_exists, beside.as_ref())? {
                    return Ok(());
                }
            }
            TypeChange::RenameValue { from, to } => rename_label(&name, &mut changed, from, to)?,
            TypeChange::Rename(to) => return self.rename_type(&name, name.sibling(to)),
            TypeChange::SetSchema(schema) => {
                let to = Name { schema: schema.clone(), name: name.name.clone() };
                return self.rename_type(&name, to);
            }
            _ => alter_domain(&name, &mut changed, &it.change)?,
        }
        self.set_type(name, Some(changed));
        Ok(())
    }

    /// A transaction ended: labels added in it can be used.
    pub(crate) fn labels_committed(&mut self, types: &[Name]) {
        for name in types {
            let Some(state) = self.type_state(name).cloned() else { continue };
            let mut changed = TypeState::clone(&state);
            if let TypeKind::Enum { uncommitted, .. } = &mut changed.kind {
                uncommitted.clear();
            }
            self.set_type(name.clone(), Some(changed));
        }
    }
}

/// Adds a label; false where `IF NOT EXISTS` makes the statement do nothing.
pub(super) fn add_label(
    name: &Name,
    state: &mut TypeState,
    label: &str,
    if_not_exists: bool,
    beside: Option<&(String, bool)>,
) -> Result<bool, Failure> {
    let fresh = state.fresh;
    let TypeKind::Enum { labels, uncommitted } = &mut state.kind else {
        return Err(Failure::new("42809", format!("{} is not an enum", name.name)));
    };
    if labels.iter().any(|known| known == label) {
        return if if_not_exists {
            Ok(false)
        } else {
            Err(Failure::new("42710", format!("enum label \"{label}\" already exists")))
        };
    }
    let at = match beside {
        Some((neighbour, before)) => {
            let at = labels.iter().position(|known| known == neighbour);
            let text = || format!("\"{neighbour}\" is not an existing enum label");
            at.ok_or_else(|| Failure::new("22023", text()))? + usize::from(!before)
        }
        None => labels.len(),
    };
    labels.insert(at, label.to_owned());
    if !fresh {
        uncommitted.insert(label.to_owned());
    }
    Ok(true)
}

pub(super) fn rename_label(name: &Name, state: &mut TypeState, from: &str, to: &str) -> Applied {
    let TypeKind::Enum { labels, .. } = &mut state.kind else {
        return Err(Failure::new("42809", format!("{} is not an enum", name.name)));
    };
    if labels.iter().any(|known| known == to) {
        return Err(Failure::new("42710", format!("enum label \"{to}\" already exists")));
    }
    let text = || format!("\"{from}\" is not an existing enum label");
    let at = labels.iter().position(|known| known == from);
    let at = at.ok_or_else(|| Failure::new("22023", text()))?;
    labels[at] = to.to_owned();
    Ok(())
}

pub(super) fn alter_domain(name: &Name, state: &mut TypeState, change: &TypeChange) -> Applied {
    let TypeKind::Domain { checks, not_null, .. } = &mut state.kind else { return Ok(()) };
    let absent = |constraint: &Ident| {
        let text = format!(
            "constraint \"{}\" of domain \"{}\" does not exist",
            constraint.as_str(),
            name.name.as_str()
        );
        Failure::new("42704", text)
    };
    match change {
        TypeChange::DomainAdd(constraint) if matches!(constraint.demand, Demand::NotNull { .. }) => {
            *not_null = true
        }
        TypeChange::DomainAdd(constraint) => {
            let chosen = crate::state::chosen_name(&name.name, &[], "check");
            checks.push((constraint.name.clone().unwrap_or(chosen), !constraint.not_valid));
        }
        TypeChange::DomainValidate(constraint) => {
            let known = checks.iter_mut().find(|(known, _)| known == constraint);
            known.ok_or_else(|| absent(constraint))?.1 = true;
        }
        TypeChange::DomainDropConstraint { name: constraint, if_exists } => {
            let before = checks.len();
            checks.retain(|(known, _)| known != constraint);
            if checks.len() == before && !if_exists {
                return Err(absent(constraint));
            }
        }
        TypeChange::DomainSetNotNull => *not_null = true,
        TypeChange::DomainDropNotNull => *not_null = false,
        _ => {}
    }
    Ok(())
}
