//! New foreign keys, and what they need of the other table.

use std::collections::BTreeSet;

use model::{ConstraintKind, ForeignKey, Ident, Name, TypeName};
use parse::ConstraintDefinition;

use crate::convert::enums_compare;
use crate::failure::Failure;
use crate::state::Catalog;
use crate::state::chosen_name;
use crate::state::{Known, Link, Relation};
type Applied = Result<(), Failure>;

impl Catalog {
    pub(super) fn foreign_key(
        &self,
        table: &Name,
        relation: &Relation,
        it: &parse::ForeignKeyDefinition,
        constraint: &ConstraintDefinition,
        new: bool,
    ) -> Result<ForeignKey, Failure> {
        let target = self.expect_relation(&it.references)?;
        self.expect_key_columns(relation, &it.columns)?;
        let referenced = self.relation(&target);
        if referenced.is_some_and(|it| it.table.unlogged) && !relation.table.unlogged {
            let text = "constraints on permanent tables may reference only permanent tables";
            return Err(Failure::new("42P16", text));
        }
        let listed = (!it.referenced_columns.is_empty()).then(|| it.referenced_columns.clone());
        let primary =
            referenced.and_then(|known| known.table.primary_key()).map(|key| key.columns().to_vec());
        let columns = listed.or(primary).unwrap_or_default();
        if let Some(known) = referenced.filter(|known| known.whole) {
            expect_unique(&target, known, &columns, it.referenced_columns.is_empty())?;
            comparable(self, relation, known, &it.columns, &columns, constraint, table)?;
        }
        let partitioned = relation.is_partitioned() && !new;
        if constraint.not_valid && partitioned && self.major < 18 {
            let text = format!(
                "cannot add NOT VALID foreign key on partitioned table \"{}\" referencing relation \"{}\"",
                table.name.as_str(),
                target.name.as_str()
            );
            return Err(Failure::new("42809", text));
        }
        Ok(ForeignKey {
            columns: it.columns.clone(),
            references: target,
            referenced_columns: columns,
            on_update: it.on_update,
            on_delete: it.on_delete,
            on_delete_columns: Vec::new(),
            match_full: false,
            period: false,
        })
    }

    /// Fails where a column's new type no longer compares with that of a foreign key's other side.
    pub(crate) fn expect_keys_to_hold(&self, name: &Name, column: &Ident, to: &TypeName) -> Applied {
        let Some(relation) = self.relation(name) else { return Ok(()) };
        let to = self.stored_type(to);
        let sources =
            self.pointing_at(Link::References, name).filter_map(|it| Some((it, self.relation(it)?)));
        let theirs =
            sources.flat_map(|(_, it)| it.table.foreign_keys().map(move |(known, key)| (it, known, key)));
        let own = relation.table.foreign_keys().map(|(known, key)| (relation, known, key));
        for (source, constraint, key) in own.chain(theirs) {
            let target = self.relation(&key.references);
            for (from, referenced) in key.columns.iter().zip(&key.referenced_columns) {
                let (other, outward) = if key.references == *name && referenced == column {
                    (source.column(from), false)
                } else if std::ptr::eq(source, relation) && from == column {
                    (target.map_or(Known::Unknown, |it| it.column(referenced)), true)
                } else {
                    continue;
                };
                let Known::Yes(other) = other else { continue };
                let other = self.stored_type(&other.type_name);
                if if outward { !refers(&to, &other) } else { !refers(&other, &to) } {
                    let constraint = constraint.name.as_str();
                    let text = format!("foreign key constraint \"{constraint}\" cannot be implemented");
                    return Err(Failure::new("42804", text));
                }
            }
        }
        Ok(())
    }

    /// The type that values are stored as.
    fn stored_type(&self, type_name: &TypeName) -> TypeName {
        crate::convert::stored(type_name, self).0
    }

    pub(super) fn expect_key_columns(&self, relation: &Relation, columns: &[Ident]) -> Applied {
        let absent = columns.iter().find(|column| relation.column(column) == Known::No);
        let text = |column: &Ident| {
            format!("column \"{}\" referenced in foreign key constraint does not exist", column.as_str())
        };
        absent.map_or(Ok(()), |column| Err(Failure::new("42703", text(column))))
    }
}

/// Fails where no unique index stands on the referenced columns.
pub(super) fn expect_unique(target: &Name, known: &Relation, columns: &[Ident], defaulted: bool) -> Applied {
    if defaulted && columns.is_empty() {
        let text = format!("there is no primary key for referenced table \"{}\"", target.name.as_str());
        return Err(Failure::new("42704", text));
    }
    if let Some(column) = columns.iter().find(|column| known.column(column) == Known::No) {
        let text =
            format!("column \"{}\" referenced in foreign key constraint does not exist", column.as_str());
        return Err(Failure::new("42703", text));
    }
    let wanted: BTreeSet<&Ident> = columns.iter().collect();
    let keys =
        known.table.constraints.values().filter(|it| {
            matches!(it.kind, ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. })
        });
    let by_constraint = keys.into_iter().any(|it| it.columns().iter().collect::<BTreeSet<_>>() == wanted);
    let unique = known.table.indexes.values().filter(|it| it.unique && it.predicate.is_none());
    let by_index = unique.into_iter().any(|index| {
        let keys: Option<BTreeSet<&Ident>> = index.keys.iter().map(|key| key.column.as_ref()).collect();
        keys.is_some_and(|keys| keys == wanted)
    });
    if by_constraint || by_index {
        return Ok(());
    }
    let text = format!(
        "there is no unique constraint matching given keys for referenced table \"{}\"",
        target.name.as_str()
    );
    Err(Failure::new("42830", text))
}

/// Fails where the columns of a foreign key are of families that no `=` compares.
pub(super) fn comparable(
    catalog: &Catalog,
    relation: &Relation,
    referenced: &Relation,
    columns: &[Ident],
    referenced_columns: &[Ident],
    constraint: &ConstraintDefinition,
    table: &Name,
) -> Applied {
    if columns.len() != referenced_columns.len() {
        let text = "number of referencing and referenced columns for foreign key disagree".to_owned();
        return Err(Failure::new("42830", text));
    }
    for (from, to) in columns.iter().zip(referenced_columns) {
        let (Known::Yes(a), Known::Yes(b)) = (relation.column(from), referenced.column(to)) else { continue };
        let (a, b) = (catalog.stored_type(&a.type_name), catalog.stored_type(&b.type_name));
        if !enums_compare(&a, &b, catalog).unwrap_or_else(|| refers(&a, &b)) {
            let chosen = chosen_name(&table.name, &columns.iter().collect::<Vec<_>>(), "fkey");
            let name = constraint.name.clone().unwrap_or(chosen);
            let text = format!("foreign key constraint \"{}\" cannot be implemented", name.as_str());
            return Err(Failure::new("42804", text));
        }
    }
    Ok(())
}

/// Whether a column of one type can reference one of another: it converts by itself to a type that
/// compares. Of types that are not PostgreSQL's own it is taken to.
fn refers(from: &TypeName, to: &TypeName) -> bool {
    let (Some(a), Some(b)) = (family(from), family(to)) else { return true };
    let rank = |it: &TypeName| match it.0.split(['(', ' ']).next() {
        Some("numeric") => 1,
        Some("real" | "double") => 2,
        _ => 0,
    };
    a == b && rank(from) <= rank(to)
}

/// A family of built-in types that compare with each other; none where that is not plain.
pub(super) fn family(type_name: &TypeName) -> Option<&'static str> {
    let text = type_name.0.as_str();
    let base = text.split(['(', ' ']).next().unwrap_or_default();
    Some(match base {
        _ if text.ends_with("[]") => return None,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double" => "number",
        "text" | "character" | "bpchar" | "name" => "text",
        "uuid" => "uuid",
        "jsonb" => "jsonb",
        "bytea" => "bytea",
        "tsrange" => "tsrange",
        "inet" | "cidr" => "inet",
        "boolean" => "boolean",
        "date" | "timestamp" => "time",
        _ => return None,
    })
}
