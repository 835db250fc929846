use super::{columns, when};
use crate::{Constraint, ConstraintKind, ForeignKey, ForeignKeyAction, Sql, sql};

impl Constraint {
    /// `CONSTRAINT name …`, as it stands in `CREATE TABLE` and behind `ADD`.
    pub fn definition(&self) -> Sql {
        sql!("CONSTRAINT {} {}{}", self.name, self.demand(), self.characteristics())
    }

    fn demand(&self) -> Sql {
        match &self.kind {
            ConstraintKind::PrimaryKey { columns: key, include, without_overlaps } => {
                sql!("PRIMARY KEY {}{}", key_columns(key, *without_overlaps), included(include))
            }
            ConstraintKind::Unique { columns: key, include, nulls_not_distinct, without_overlaps } => sql!(
                "UNIQUE{} {}{}",
                when(*nulls_not_distinct, " NULLS NOT DISTINCT"),
                key_columns(key, *without_overlaps),
                included(include)
            ),
            ConstraintKind::Check { expression, no_inherit } => {
                sql!("CHECK ({}){}", expression, when(*no_inherit, " NO INHERIT"))
            }
            ConstraintKind::ForeignKey(key) => key.definition(),
            ConstraintKind::Exclusion { method, keys, include, predicate } => {
                let keys = keys.iter().map(|(key, operator)| {
                    sql!("{} WITH {}", key.definition(), Sql::verbatim(operator.clone()))
                });
                let filter = predicate.as_ref().map_or(sql!(""), |filter| sql!(" WHERE ({})", filter));
                sql!("EXCLUDE USING {} ({}){}{}", method, Sql::join(keys, ", "), included(include), filter)
            }
            ConstraintKind::NotNull { column } => sql!("NOT NULL {}", column),
        }
    }

    fn characteristics(&self) -> Sql {
        sql!(
            "{}{}{}{}",
            when(self.deferrable, " DEFERRABLE"),
            when(self.initially_deferred, " INITIALLY DEFERRED"),
            when(self.not_enforced, " NOT ENFORCED"),
            when(self.not_valid && !self.not_enforced, " NOT VALID")
        )
    }

    /// The same constraint, not proved on existing rows.
    #[must_use]
    pub fn as_not_valid(&self) -> Self {
        Self { not_valid: true, ..self.clone() }
    }
}

fn key_columns(key: &[crate::Ident], without_overlaps: bool) -> Sql {
    if without_overlaps { sql!("({} WITHOUT OVERLAPS)", Sql::join(key, ", ")) } else { columns(key) }
}

pub(super) fn included(include: &[crate::Ident]) -> Sql {
    if include.is_empty() { sql!("") } else { sql!(" INCLUDE {}", columns(include)) }
}

impl ForeignKey {
    /// `FOREIGN KEY (…) REFERENCES …` with its actions.
    pub fn definition(&self) -> Sql {
        let mut out = sql!(
            "FOREIGN KEY {} REFERENCES {} {}{}",
            period_columns(&self.columns, self.period),
            self.references,
            period_columns(&self.referenced_columns, self.period),
            when(self.match_full, " MATCH FULL")
        );
        if self.on_update != ForeignKeyAction::NoAction {
            out = out.then(&sql!(" ON UPDATE {}", Sql::verbatim(self.on_update.sql())));
        }
        if self.on_delete != ForeignKeyAction::NoAction {
            out = out.then(&sql!(" ON DELETE {}", Sql::verbatim(self.on_delete.sql())));
            if !self.on_delete_columns.is_empty() {
                out = out.then(&sql!(" {}", columns(&self.on_delete_columns)));
            }
        }
        out
    }
}

fn period_columns(key: &[crate::Ident], period: bool) -> Sql {
    match key {
        [first @ .., last] if period => {
            let first = first.iter().map(|column| sql!("{}, ", column));
            sql!("({}PERIOD {})", Sql::join(first, ""), last)
        }
        _ => columns(key),
    }
}
