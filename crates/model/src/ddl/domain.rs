use super::{comment, when};
use crate::{Constraint, Domain, Ident, Name, ObjectRef, Sql, sql};

/// `CREATE DOMAIN`. A constraint that is not valid has no place in it and comes after.
pub(super) fn create(name: &Name, domain: &Domain) -> Vec<Sql> {
    let mut create = sql!("CREATE DOMAIN {} AS {}", name, domain.type_name);
    if let Some(collation) = &domain.collation {
        create = create.then(&sql!(" COLLATE {}", collation));
    }
    if let Some(default) = &domain.default {
        create = create.then(&sql!(" DEFAULT {}", default));
    }
    create = create.then(&when(domain.not_null, " NOT NULL"));
    for constraint in domain.constraints.iter().filter(|constraint| !constraint.not_valid) {
        create = create.then(&sql!(" {}", constraint.definition()));
    }
    let later = domain.constraints.iter().filter(|constraint| constraint.not_valid);
    let on = ObjectRef::Type(name.clone());
    let mut out = vec![create];
    out.extend(later.map(|constraint| add(name, constraint)));
    out.extend(domain.comment.as_deref().map(|text| comment(&on, Some(text))));
    out
}

/// What `ALTER DOMAIN` makes of one into the other; its type stays.
pub(super) fn alter(name: &Name, from: &Domain, to: &Domain) -> Vec<Sql> {
    let mut out = Vec::new();
    let find = |domain: &Domain, name: &Ident| domain.constraints.iter().find(|c| c.name == *name).cloned();
    for old in &from.constraints {
        if find(to, &old.name).is_none_or(|new| !is_kept(old, &new)) {
            out.push(sql!("ALTER DOMAIN {} DROP CONSTRAINT {}", name, old.name));
        }
    }
    if from.default != to.default {
        out.push(match &to.default {
            Some(default) => sql!("ALTER DOMAIN {} SET DEFAULT {}", name, default),
            None => sql!("ALTER DOMAIN {} DROP DEFAULT", name),
        });
    }
    if from.not_null != to.not_null {
        let verb = Sql::verbatim(if to.not_null { "SET" } else { "DROP" });
        out.push(sql!("ALTER DOMAIN {} {} NOT NULL", name, verb));
    }
    for new in &to.constraints {
        match find(from, &new.name).filter(|old| is_kept(old, new)) {
            None => out.push(add(name, new)),
            Some(old) if old.not_valid && !new.not_valid => {
                out.push(sql!("ALTER DOMAIN {} VALIDATE CONSTRAINT {}", name, new.name));
            }
            Some(_) => {}
        }
    }
    out
}

/// Whether the constraint stays, to be validated at most.
fn is_kept(old: &Constraint, new: &Constraint) -> bool {
    old.kind == new.kind && (old.not_valid || !new.not_valid)
}

fn add(name: &Name, constraint: &Constraint) -> Sql {
    sql!("ALTER DOMAIN {} ADD {}", name, constraint.definition())
}
