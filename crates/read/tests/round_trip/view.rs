//! Random views over the tables of a world.

use crate::random::Random;
use crate::table::{Table, quoted};

#[derive(Clone)]
pub(crate) struct View {
    table: usize,
    shape: usize,
    column: usize,
    extra: usize,
}

impl View {
    pub(crate) fn new(random: &mut Random) -> Self {
        Self {
            table: random.below(8),
            shape: random.below(9),
            column: random.below(8),
            extra: random.below(8),
        }
    }

    /// The statements that make it the view of this number.
    pub(crate) fn statements(&self, at: usize, tables: &[Table]) -> Vec<String> {
        let table = &tables[self.table % tables.len()];
        let name = table.qualified();
        let column = quoted(table.column(self.column));
        let view = format!("public.v{at}");
        let before = at.saturating_sub(1);
        let query = match self.shape {
            0 => format!("SELECT {column} FROM {name}"),
            1 => format!("SELECT * FROM {name} WHERE {column} IS NOT NULL"),
            2 => format!("SELECT {column} AS k, count(*) AS n FROM {name} GROUP BY 1"),
            3 if at > 0 => format!("SELECT * FROM public.v{before}"),
            4 => format!("SELECT public.f(1) AS x, {column} AS y FROM {name}"),
            5 => format!(
                "WITH w AS (SELECT id, {column} FROM {name}) SELECT a.id, b.{column} AS \"a\"\"b {{}}\" FROM w a JOIN w b USING (id)"
            ),
            6 if at > 0 => format!(
                "SELECT v.*, t.id AS tid FROM public.v{before} v, LATERAL (SELECT id FROM {name} LIMIT 1) t"
            ),
            7 => format!("SELECT {name} AS whole FROM {name}"),
            _ => format!("SELECT row_number() OVER () AS n, t.{column} FROM {name} t"),
        };
        let materialized = self.shape == 2;
        let kind = if materialized { "MATERIALIZED VIEW" } else { "VIEW" };
        let options = match self.extra {
            0 if !materialized => " WITH (security_barrier)",
            1 if !materialized => " WITH (security_invoker = true)",
            2 if materialized => " WITH (fillfactor = 80)",
            _ => "",
        };
        let end = match self.extra {
            3 if materialized => " WITH NO DATA",
            3 if self.shape == 0 => " WITH LOCAL CHECK OPTION",
            _ => "",
        };
        let mut out = vec![format!("CREATE {kind} {view}{options} AS {query}{end}")];
        if materialized {
            out.push(format!("CREATE UNIQUE INDEX v{at}_k ON {view} (k)"));
        }
        out.extend(self.hangings(&view, kind, at, &name, &column));
        out
    }

    fn hangings(&self, view: &str, kind: &str, at: usize, name: &str, column: &str) -> Vec<String> {
        match self.extra {
            4 => vec![format!("COMMENT ON {kind} {view} IS 'view {}'", column.replace('\'', "''"))],
            5 => vec![format!("COMMENT ON COLUMN {view}.{column} IS 'a column'")],
            6 => vec![
                format!(
                    "CREATE TRIGGER \"t{at} x\" INSTEAD OF INSERT ON {view} FOR EACH ROW EXECUTE FUNCTION public.touch()"
                ),
                format!("COMMENT ON TRIGGER \"t{at} x\" ON {view} IS 'instead'"),
            ],
            7 => vec![format!("CREATE RULE r AS ON INSERT TO {view} DO INSTEAD DELETE FROM {name}")],
            _ => Vec::new(),
        }
    }
}
