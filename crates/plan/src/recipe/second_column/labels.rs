//! An enum that loses labels or orders them otherwise: PostgreSQL can do neither, so a type with the wanted labels is
//! made beside it, its columns move over as second columns, and in the swap the types change names with them.
//!
//! Labels that are new come to the type as it is first, so that code that knows them can be deployed before the
//! switch, and what it writes is kept on the way back.

use model::{
    Action, COMING_PREFIX, Change, Expr, Ident, KEPT_PREFIX, Literal, Name, PhaseName, Sql, TypeName, sql,
};

use super::parts::{Side, prefixed};
use super::twin::Twin;
use crate::Cost;
use crate::demand::demand;
use crate::draft::Draft;
use crate::probe;
use crate::recipe::direct;
use crate::situation::Situation;

/// An enum that is replaced.
#[derive(Debug, Clone)]
pub(super) struct Labels<'a> {
    pub(super) name: &'a Name,
    pub(super) from: &'a [String],
    pub(super) to: &'a [String],
    /// Labels that go, with the one that takes their place.
    pub(super) mapping: Vec<(String, String)>,
}

impl<'a> Labels<'a> {
    pub(super) fn of(change: &'a Change, situation: &Situation<'a>) -> Option<Self> {
        let Change::ReplaceEnum { name, from, to, .. } = change else { return None };
        Some(Self { name, from, to, mapping: situation.told.mapped_labels(name) })
    }

    /// The type's name on one side of the swap.
    pub(super) fn called(&self, side: Side) -> Name {
        let prefix = match side {
            Side::Coming => COMING_PREFIX,
            Side::Back => KEPT_PREFIX,
        };
        self.name.sibling(&prefixed(prefix, &self.name.name))
    }

    /// A type that is the enum, or an array of it, on one side of the swap.
    pub(super) fn type_on(&self, type_name: &TypeName, side: Side) -> TypeName {
        let dimensions = type_name.0.strip_prefix(&self.name.to_string()).unwrap_or_default();
        TypeName::new(format!("{}{dimensions}", self.called(side)))
    }

    /// Labels that go without one in their place.
    pub(super) fn lost(&self) -> Vec<&'a String> {
        let is_lost = |label: &&String| {
            !self.to.contains(label) && !self.mapping.iter().any(|(from, _)| from == *label)
        };
        self.from.iter().filter(is_lost).collect()
    }

    /// Whether a label goes, replaced or not.
    pub(super) fn loses(&self) -> bool {
        self.from.iter().any(|label| !self.to.contains(label))
    }

    /// The conversion of a column to the type on one side, through text: enums have no cast between them.
    pub(super) fn using(&self, column: &Ident, type_name: &TypeName, side: Side) -> Expr {
        let mapping = if side == Side::Coming { self.mapping.as_slice() } else { &[] };
        let mapped = told_label(column, type_name, mapping);
        Expr::new(sql!("{}::{}", mapped, self.type_on(type_name, side)).to_string())
    }

    /// An expression that casts to the type, on one side of the swap.
    pub(super) fn cast_on(&self, expression: &str, side: Side) -> String {
        let (own, other) = (format!("::{}", self.name), format!("::{}", self.called(side)));
        let mut out = String::new();
        let mut rest = expression;
        while let Some(at) = rest.find(&own) {
            let after = &rest[at + own.len()..];
            let goes_on = after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$');
            out.push_str(&rest[..at]);
            out.push_str(if goes_on { &own } else { &other });
            rest = after;
        }
        out + rest
    }

    /// Fails where rows hold a label that goes without one in its place, and says how many and how to find them.
    fn check(&self, twins: &[&Twin<'_>]) -> Sql {
        let finds = Sql::join(twins.iter().map(|twin| self.counted(twin)), " UNION ALL ");
        let help = "correct them, or tell with [[labels]] in lockkeeper.toml which label takes the place of each and plan \
                    again; nothing was changed";
        demand(&sql!("SELECT * FROM ({}) AS f (line) ORDER BY 1", finds), help)
    }

    /// A line for each label that goes and that a column holds.
    fn counted(&self, twin: &Twin<'_>) -> Sql {
        let (table, column) = (twin.table, twin.name());
        let lost = self.lost();
        let labels = Sql::join(lost.iter().map(|label| Literal::new(label.as_str())), ", ");
        let (label, found) = if twin.from.type_name.0.ends_with("[]") {
            let found = sql!("SELECT * FROM {} WHERE {}::text[] && ARRAY[{}]", table, column, labels);
            (sql!("unnest({})::text", column), found)
        } else {
            let found = sql!("SELECT * FROM {} WHERE {}::text IN ({})", table, column, labels);
            (sql!("{}::text", column), found)
        };
        sql!(
            "SELECT format('%s rows of %s hold %L, which goes (%s)', count(*), {}, h.label, {}) \
             FROM (SELECT {} AS label FROM {}) AS h WHERE h.label IN ({}) GROUP BY h.label",
            Literal::new(format!("{table}.{column}")),
            Literal::new(found.as_str()),
            label,
            table,
            labels
        )
    }

    /// The steps before any column: the new labels on the type as it is, and the type as it is wanted.
    pub(super) fn begin(&self, twins: &[Twin<'_>], situation: &Situation<'_>) -> Vec<Draft> {
        let added = added(self.name, self.from, self.to);
        let mut drafts: Vec<Draft> =
            added.iter().flat_map(|change| direct::draft(change, situation).drafts).collect();
        let coming = self.called(Side::Coming);
        let there = probe::object(&model::ObjectRef::Type(coming.clone()));
        let labels = Sql::join(self.to.iter().map(Literal::new), ", ");
        let own: Vec<&Twin<'_>> =
            twins.iter().filter(|twin| twin.labels.as_ref().is_some_and(|it| it.name == self.name)).collect();
        let is_checked = !self.lost().is_empty();
        let mut sql: Vec<Sql> = is_checked.then(|| self.check(&own)).into_iter().collect();
        sql.push(sql!("CREATE TYPE {} AS ENUM ({})", coming, labels));
        let checks = if is_checked { "check that no row holds a label that goes, and " } else { "" };
        drafts.push(Draft {
            phase: PhaseName::Expand,
            title: format!("{checks}create the type {} as it is wanted", self.name),
            table: own.first().map(|twin| twin.table.clone()),
            action: Action::Transaction { sql },
            acts: Vec::new(),
            verification: there.clone(),
            probe: there,
            undo: Action::Transaction { sql: vec![sql!("DROP TYPE {}", coming)] },
            cost: if is_checked { Cost::Scan } else { Cost::Catalog },
            undo_acts: None,
            late: false,
        });
        drafts
    }

    /// The types change names.
    pub(super) fn swap(&self) -> [Sql; 2] {
        let rename = |from: &Name, to: &Name| sql!("ALTER TYPE {} RENAME TO {}", from, to.name);
        [rename(self.name, &self.called(Side::Back)), rename(&self.called(Side::Coming), self.name)]
    }

    /// And change them back.
    pub(super) fn swap_back(&self) -> [Sql; 2] {
        let rename = |from: &Name, to: &Name| sql!("ALTER TYPE {} RENAME TO {}", from, to.name);
        [rename(self.name, &self.called(Side::Coming)), rename(&self.called(Side::Back), self.name)]
    }

    /// The type as it was goes when no column has it any more.
    pub(super) fn clean_up(&self) -> Draft {
        let kept = self.called(Side::Back);
        let gone = probe::not(&probe::object(&model::ObjectRef::Type(kept.clone())));
        Draft {
            phase: PhaseName::Cleanup,
            title: format!("drop the type {} as it was for good", self.name),
            table: None,
            action: Action::Transaction { sql: vec![sql!("DROP TYPE {}", kept)] },
            acts: Vec::new(),
            verification: gone.clone(),
            probe: gone,
            undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
            cost: Cost::Catalog,
            undo_acts: None,
            late: false,
        }
    }

    /// What the reader should know.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = vec![format!(
            "{} becomes another type of that name: a statement that was prepared with a parameter of it fails once in \
             each session and has to be prepared again",
            self.name
        )];
        let new: Vec<&str> =
            self.to.iter().filter(|label| !self.from.contains(label)).map(String::as_str).collect();
        if !new.is_empty() {
            notes.push(format!(
                "{} has {} from expand on, and keeps it after a rollback: PostgreSQL cannot remove a label",
                self.name,
                new.join(", ")
            ));
        }
        for (from, to) in &self.mapping {
            notes.push(format!(
                "rows that hold {from} hold {to} after the switch; a rollback brings {from} back where the row was not \
                 given another value since"
            ));
        }
        notes
    }

    /// What code has to leave alone from the validate phase on; none where no label goes.
    pub(super) fn gate(&self) -> Option<String> {
        let gone = self.from.iter().filter(|label| !self.to.contains(label));
        let each = gone.map(|label| match self.mapping.iter().find(|(from, _)| from == label) {
            Some((_, to)) => format!("{label} ({to} instead)"),
            None => label.clone(),
        });
        let each: Vec<String> = each.collect();
        (!each.is_empty()).then(|| {
            format!(
                "deployed code neither writes nor looks for these labels of {}: {}",
                self.name,
                each.join(", ")
            )
        })
    }
}

/// The labels that a type gains, as changes that add them where they are wanted.
pub(crate) fn added(name: &Name, from: &[String], to: &[String]) -> Vec<Change> {
    let new = to.iter().enumerate().filter(|(_, label)| !from.contains(label));
    new.map(|(at, label)| Change::AddEnumValue {
        name: name.clone(),
        label: label.clone(),
        before: to[at + 1..].iter().find(|next| from.contains(next)).cloned(),
    })
    .collect()
}

/// A column's labels as text, or as an array of it, with those that are told in the place of those that go.
pub(in crate::recipe) fn told_label(
    column: &Ident,
    type_name: &TypeName,
    mapping: &[(String, String)],
) -> Sql {
    let is_array = type_name.0.ends_with("[]");
    let text = sql!("{}::{}", column, Sql::verbatim(if is_array { "text[]" } else { "text" }));
    match mapping {
        [] => text,
        _ if is_array => mapping.iter().fold(text, |text, (from, to)| {
            sql!("array_replace({}, {}, {})", text, Literal::new(from), Literal::new(to))
        }),
        _ => {
            let cases = mapping
                .iter()
                .map(|(from, to)| sql!("WHEN {} THEN {}", Literal::new(from), Literal::new(to)));
            sql!("(CASE {} {} ELSE {} END)", text, Sql::join(cases, " "), text)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn casts_and_conversions_name_the_type_of_their_side() {
        let (name, labels) = (Name::new("public", "status"), ["new".to_owned(), "it's".to_owned()]);
        let mapping = vec![("old".to_owned(), "it's".to_owned())];
        let it = Labels { name: &name, from: &labels, to: &labels, mapping };
        let cast = it.cast_on(
            "(status = 'new'::public.status) OR x = ANY ('{}'::public.status[]) OR y::public.status_2 > 1",
            Side::Back,
        );
        assert_eq!(
            cast,
            "(status = 'new'::public._lockkeeper_kept_status) OR x = ANY ('{}'::public._lockkeeper_kept_status[]) \
             OR y::public.status_2 > 1"
        );
        let using = it.using(&Ident::new("s"), &TypeName::new("public.status"), Side::Coming);
        assert_eq!(
            using.0,
            "(CASE s::text WHEN 'old' THEN 'it''s' ELSE s::text END)::public._lockkeeper_new_status"
        );
    }
}
