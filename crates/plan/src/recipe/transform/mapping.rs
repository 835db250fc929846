//! The mapping as a table in the journal's schema, and what it says of a row.

use model::{
    Column, Constraint, ConstraintKind, Expr, Fingerprint, Ident, Literal, Name, Sql, TypeName, sql,
};

use crate::told::Transform;

/// A transformation with the columns it is about.
pub(super) struct Mapping<'a> {
    pub(super) told: &'a Transform,
    /// The column as it is.
    pub(super) source: &'a Column,
    /// The column as it is wanted.
    pub(super) wanted: &'a Column,
}

impl Mapping<'_> {
    /// Tells this transformation from all others, and from the same one with another mapping.
    fn mark(&self) -> String {
        let Transform { table, column, into, rules, mapping, null, .. } = self.told;
        let rules: Vec<&str> = rules.iter().map(|rule| rule.name()).collect();
        Fingerprint::of(&(table, column, into, rules, mapping, null)).short().to_owned()
    }

    /// The table that keeps the mapping until cleanup.
    pub(super) fn table(&self) -> Name {
        Name::new("lockkeeper", format!("transform_{}", self.mark()))
    }

    /// A function of this transformation.
    pub(super) fn function(&self, what: &str) -> Name {
        Name::new("lockkeeper", format!("transform_{}_{what}", self.mark()))
    }

    /// A trigger of this transformation. Triggers fire in the order of their names: this one comes after
    /// those of the application, which may change the column themselves.
    pub(super) fn trigger(&self, what: &str) -> Ident {
        Ident::new(format!("zz_lockkeeper_{}_{what}", self.mark()))
    }

    /// Makes the table and fills it. Its columns have names that no column of a table of the application
    /// has, since they stand beside those in one query.
    pub(super) fn create(&self) -> Vec<Sql> {
        let table = self.table();
        let lines = self.told.mapping.iter().enumerate().map(|(at, (spelling, value))| {
            sql!("({}, {}, {})", at, Literal::new(spelling), Literal::new(value))
        });
        let create = sql!(
            "CREATE TABLE {} (lk_spelling text PRIMARY KEY, lk_value {} NOT NULL, lk_written text NOT NULL, \
             lk_position integer NOT NULL)",
            table,
            self.wanted.type_name
        );
        let comment = format!("The mapping of {} into {}.", self.told.source(), self.told.into);
        let comment = sql!("COMMENT ON TABLE {} IS {}", table, Literal::new(comment));
        // Lines that are the same after the rules are one; with two values they were refused before.
        let fill = sql!(
            "INSERT INTO {} SELECT DISTINCT ON ({}) {}, v.value::{}, v.spelling, v.at FROM (VALUES\n    {}) \
             AS v (at, spelling, value) ORDER BY {}, v.at",
            table,
            self.told.normal(&sql!("v.spelling")),
            self.told.normal(&sql!("v.spelling")),
            self.wanted.type_name,
            Sql::join(lines, ",\n    "),
            self.told.normal(&sql!("v.spelling"))
        );
        if self.told.mapping.is_empty() { vec![create, comment] } else { vec![create, comment, fill] }
    }

    /// The value that the mapping has for a spelling, with the one for NULL where it has none.
    pub(super) fn value(&self, source: &Sql) -> Sql {
        let found = sql!(
            "(SELECT lk_value FROM {} WHERE lk_spelling = {})",
            self.table(),
            self.told.normal(&sql!("{}::text", source))
        );
        match &self.told.null {
            Some(null) => sql!("coalesce({}, {})", found, self.typed(null, &self.wanted.type_name)),
            None => found,
        }
    }

    /// The spelling that stands for a value in the old column.
    pub(super) fn spelling(&self, value: &Sql) -> Sql {
        let type_name = &self.source.type_name;
        let found = sql!(
            "coalesce((SELECT lk_written FROM {} WHERE lk_value = {} ORDER BY lk_position LIMIT 1), {}::text)::{}",
            self.table(),
            value,
            value,
            type_name
        );
        match &self.told.null {
            Some(null) if !self.source.not_null => sql!(
                "CASE WHEN {} IS DISTINCT FROM {} THEN {} END",
                value,
                self.typed(null, &self.wanted.type_name),
                found
            ),
            _ => found,
        }
    }

    fn typed(&self, text: &str, type_name: &TypeName) -> Sql {
        sql!("{}::{}", Literal::new(text), type_name)
    }

    /// Rows that are still to be filled.
    pub(super) fn pending(&self) -> Sql {
        let into = &self.told.into;
        if self.told.null.is_some() {
            return sql!("{} IS NULL", into);
        }
        // NULL stays NULL, and so does what the mapping lacks until somebody corrects it.
        sql!(
            "{} IS NULL AND EXISTS (SELECT FROM {} WHERE lk_spelling = {})",
            into,
            self.table(),
            self.told.normal(&sql!("{}::text", self.told.column))
        )
    }

    /// What the mapping demands of the rows, as a check that made-up rows can meet.
    pub(super) fn demand(&self) -> Constraint {
        let spellings =
            self.told.mapping.iter().map(|(spelling, _)| sql!("{}::text", Literal::new(spelling)));
        let listed = sql!("({}::text = ANY (ARRAY[{}]))", self.told.column, Sql::join(spellings, ", "));
        Constraint {
            name: self.trigger("demand"),
            kind: ConstraintKind::Check { expression: Expr::new(listed.as_str()), no_inherit: false },
            not_valid: false,
            not_enforced: false,
            deferrable: false,
            initially_deferred: false,
            inherited: false,
            comment: None,
        }
    }

    /// Finds spellings that the mapping lacks, a line each.
    pub(super) fn uncovered(&self) -> Sql {
        let (table, column) = (&self.told.table, &self.told.column);
        let spellings = sql!(
            "SELECT format('%s rows of %s hold %L, which the mapping lacks', s.rows, {}, s.spelling) FROM \
             (SELECT {} AS spelling, count(*) AS rows FROM {} AS t WHERE t.{} IS NOT NULL GROUP BY 1) AS s \
             WHERE NOT EXISTS (SELECT FROM {} WHERE lk_spelling = s.spelling)",
            Literal::new(self.told.source()),
            self.told.normal(&sql!("t.{}::text", column)),
            table,
            column,
            self.table()
        );
        if self.told.null.is_some() || !self.wanted.not_null {
            return spellings;
        }
        sql!(
            "{} UNION ALL SELECT format('%s rows of %s are NULL', count(*), {}) FROM {} AS t \
             WHERE t.{} IS NULL HAVING count(*) > 0",
            spellings,
            Literal::new(self.told.source()),
            table,
            column
        )
    }

    /// Rows whose value is not what the mapping says, with the table as `t` and the mapping as `m`. What
    /// new code stored and the mapping has no spelling for is right as it is.
    fn wrong(&self) -> Sql {
        let (column, into) = (&self.told.column, &self.told.into);
        let null = self
            .told
            .null
            .as_ref()
            .map_or_else(|| sql!("NULL"), |null| self.typed(null, &self.wanted.type_name));
        sql!(
            "{} AS t LEFT JOIN {} AS m ON m.lk_spelling = {} \
             WHERE (t.{} IS NOT NULL AND m.lk_spelling IS NULL \
             OR t.{} IS DISTINCT FROM CASE WHEN t.{} IS NULL THEN {} ELSE m.lk_value END) \
             AND t.{}::text IS DISTINCT FROM t.{}::text",
            self.told.table,
            self.table(),
            self.told.normal(&sql!("t.{}::text", column)),
            column,
            into,
            column,
            null,
            column,
            into
        )
    }

    /// Finds rows whose value is not what the mapping says, a line for each spelling.
    pub(super) fn unequal(&self) -> Sql {
        sql!(
            "SELECT format('%s rows of %s with %L hold %L', count(*), {}, t.{}::text, t.{}::text) FROM {} \
             GROUP BY t.{}::text, t.{}::text",
            Literal::new(self.told.table.to_string()),
            self.told.column,
            self.told.into,
            self.wrong(),
            self.told.column,
            self.told.into
        )
    }

    /// Whether every row has the value that the mapping says.
    pub(super) fn is_equal(&self) -> Sql {
        sql!("SELECT NOT EXISTS (SELECT FROM {})", self.wrong())
    }
}
