//! A view that stands in for a table while two names are in use.
//!
//! PostgreSQL passes INSERT, UPDATE and DELETE on a simple view on to its table, with the table's defaults,
//! `RETURNING`, `ON CONFLICT (columns)` and row locks; measured on 13 to 18, as is what it does not pass on
//! ([`LIMITS`]). Privileges are copied, and from 15 on the view asks for those of its user.

use model::{BASE_PREFIX, Ident, Literal, Name, STAND_IN, Sql, Table, sql};

use crate::situation::Situation;

/// What a statement cannot do through such a view, on any version.
pub(super) const LIMITS: &str = "COPY, TRUNCATE, ON CONFLICT ON CONSTRAINT, tableoid and ctid, a new foreign key to it, and GROUP BY its \
     primary key alone are not possible through a view";

/// The first version whose views ask for their user's privileges and row security.
const INVOKER_MAJOR: u32 = 15;

/// The first version that takes DEFAULT for generated columns in several rows at once through a view.
const DEFAULTS_MAJOR: u32 = 14;

/// A view over a table.
pub(super) struct StandIn<'a> {
    /// The view's name.
    pub(super) view: &'a Name,
    /// The table it reads.
    pub(super) table: &'a Name,
    /// The table's columns with the names they have in the view, in order.
    pub(super) columns: Vec<(&'a Ident, &'a Ident)>,
    /// The server's major version.
    pub(super) major: u32,
}

impl StandIn<'_> {
    /// The statements that make it.
    pub(super) fn create(&self) -> Vec<Sql> {
        let columns = self.columns.iter().map(|(column, shown)| {
            if column == shown { sql!("{}", column) } else { sql!("{} AS {}", column, shown) }
        });
        let invoker = if self.major >= INVOKER_MAJOR { " WITH (security_invoker = true)" } else { "" };
        vec![
            sql!(
                "CREATE VIEW {}{} AS SELECT {} FROM {}",
                self.view,
                Sql::verbatim(invoker),
                Sql::join(columns, ", "),
                self.table
            ),
            sql!("DO {}", Literal::new(self.grants().to_string())),
            sql!("COMMENT ON VIEW {} IS {}", self.view, Literal::new(format!("{STAND_IN}{}", self.table))),
        ]
    }

    /// The statement that removes it.
    pub(super) fn drop(&self) -> Sql {
        sql!("DROP VIEW {}", self.view)
    }

    /// A program that gives the view the table's owner and privileges, those on columns included.
    fn grants(&self) -> Sql {
        let pairs = self.columns.iter().map(|(column, shown)| {
            sql!("({}, {})", Literal::new(column.as_str()), Literal::new(shown.as_str()))
        });
        sql!(
            "DECLARE
  told text;
BEGIN
  FOR told IN
    SELECT format('ALTER VIEW %s OWNER TO %I', {}, pg_get_userbyid(c.relowner))
      FROM pg_class c WHERE c.oid = {}::regclass AND pg_get_userbyid(c.relowner) <> current_user
    UNION ALL
    SELECT format('GRANT %s ON %s TO %s%s', a.privilege_type, {},
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM pg_class c, aclexplode(c.relacl) a
      WHERE c.oid = {}::regclass AND a.grantee <> c.relowner
        AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    UNION ALL
    SELECT format('GRANT %s (%I) ON %s TO %s%s', a.privilege_type, v.shown, {},
        CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END,
        CASE WHEN a.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
      FROM (VALUES {}) AS v (name, shown)
      JOIN pg_attribute t ON t.attrelid = {}::regclass AND t.attname = v.name, aclexplode(t.attacl) a
      WHERE a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE')
  LOOP
    EXECUTE told;
  END LOOP;
END",
            text(self.view),
            text(self.table),
            text(self.view),
            text(self.table),
            text(self.view),
            Sql::join(pairs, ", "),
            text(self.table)
        )
    }
}

fn text(name: &Name) -> Literal {
    Literal::new(name.to_string())
}

/// The name under which a table waits while a view stands in for it.
pub(super) fn base(table: &Name) -> Name {
    table.sibling(&Ident::new(format!("{BASE_PREFIX}{}", table.name.as_str())).truncated())
}

/// Why a view cannot stand in for the table; none where it can.
pub(super) fn obstacle(table: &Table, situation: &Situation<'_>) -> Option<&'static str> {
    let fills_itself = |column: &model::Column| {
        column.generated.is_some() || column.identity.as_ref().is_some_and(|identity| identity.always)
    };
    if table.row_security && situation.server_major < INVOKER_MAJOR {
        return Some("before PostgreSQL 15 a view passes by the table's row security");
    }
    if situation.server_major < DEFAULTS_MAJOR && table.columns.iter().any(fills_itself) {
        return Some(
            "PostgreSQL 13 refuses DEFAULT for generated columns in several rows at once through a view",
        );
    }
    if !table.rules.is_empty() {
        return Some("the table has rules, which are not passed on");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text_in_the_program() {
        let (view, table) = (Name::new("public", "it's"), Name::new("public", "We\"ird"));
        let column = Ident::new("a'b");
        let stand_in = StandIn { view: &view, table: &table, columns: vec![(&column, &column)], major: 18 };
        let made = stand_in.create();
        assert!(made[0].as_str().starts_with("CREATE VIEW public.\"it's\" WITH (security_invoker = true)"));
        // Once as a constant within the program, and once more because the program is one.
        assert!(made[1].as_str().contains("''public.\"it''''s\"''"), "{}", made[1]);
    }
}
