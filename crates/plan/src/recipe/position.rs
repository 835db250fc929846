//! Where a sequence is, carried over to another within one transaction: a new one would begin again with numbers
//! that rows already have.

use model::{Ident, Literal, Name, Sql, sql};

/// A sequence, by what finds it.
pub(super) enum Sequence<'a> {
    /// By its name.
    Named(&'a Name),
    /// That of an identity column.
    Of(&'a Name, &'a Ident),
}

impl Sequence<'_> {
    /// An expression of type regclass.
    fn found(&self) -> Sql {
        match self {
            Self::Named(name) => sql!("{}::regclass", Literal::new(name.to_string())),
            // Not by pg_get_serial_sequence: while a column has a sequence as well, that finds the one or the other.
            Self::Of(table, column) => sql!(
                "(SELECT d.objid::regclass FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid \
                 AND a.attnum = d.refobjsubid WHERE d.classid = 'pg_class'::regclass AND d.deptype = 'i' \
                 AND d.refobjid = {}::regclass AND a.attname = {})",
                Literal::new(table.to_string()),
                Literal::new(column.as_str())
            ),
        }
    }

    /// Notes where it is for the rest of the transaction; `at` tells one note from another.
    pub(super) fn remember(&self, at: usize) -> Sql {
        let body = sql!(
            "DECLARE\n  at_ text;\nBEGIN\n  EXECUTE format('SELECT last_value || '' '' || is_called FROM %s', {}) \
             INTO at_;\n  PERFORM set_config({}, at_, true);\nEND",
            self.found(),
            setting(at)
        );
        sql!("DO {}", Literal::new(body.to_string()))
    }

    /// Puts it where the noted one was; nothing where none was noted.
    pub(super) fn go_on_from(&self, at: usize) -> Sql {
        sql!(
            "SELECT setval({}, split_part(s.at, ' ', 1)::bigint, split_part(s.at, ' ', 2)::boolean) \
             FROM (SELECT nullif(current_setting({}, true), '') AS at) AS s WHERE s.at IS NOT NULL",
            self.found(),
            setting(at)
        )
    }

    /// Puts it behind the values that a column holds.
    pub(super) fn go_on_after(&self, table: &Name, column: &Ident, descending: bool) -> Sql {
        let furthest = Sql::verbatim(if descending { "min" } else { "max" });
        sql!(
            "SELECT setval({}, h.furthest) FROM (SELECT {}({}) AS furthest FROM {}) AS h WHERE h.furthest IS NOT NULL",
            self.found(),
            furthest,
            column,
            table
        )
    }
}

fn setting(at: usize) -> Literal {
    Literal::new(format!("lockkeeper.sequence_{at}"))
}
