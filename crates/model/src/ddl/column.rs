use super::when;
use crate::{Column, Identity, SequenceOptions, Sql, sql};

impl Column {
    /// The column as it stands in `CREATE TABLE` and behind `ADD COLUMN`.
    pub fn definition(&self) -> Sql {
        let mut out = sql!("{} {}", self.name, self.type_name);
        if let Some(collation) = &self.collation {
            out = out.then(&sql!(" COLLATE {}", collation));
        }
        if let Some(generated) = &self.generated {
            let kind = Sql::verbatim(if generated.stored { "STORED" } else { "VIRTUAL" });
            out = out.then(&sql!(" GENERATED ALWAYS AS ({}) {}", generated.expression, kind));
        }
        if let Some(identity) = &self.identity {
            out = out.then(&sql!(" {}", identity.definition()));
        }
        if let Some(default) = &self.default {
            out = out.then(&sql!(" DEFAULT {}", default));
        }
        out.then(&when(self.not_null, " NOT NULL"))
    }
}

impl Identity {
    /// `GENERATED … AS IDENTITY (…)`.
    pub fn definition(&self) -> Sql {
        let when = Sql::verbatim(if self.always { "ALWAYS" } else { "BY DEFAULT" });
        sql!("GENERATED {} AS IDENTITY ({})", when, self.sequence.definition(false))
    }
}

impl SequenceOptions {
    /// The settings in the order `CREATE SEQUENCE` takes them; an identity column has its type from
    /// the column.
    pub fn definition(&self, with_type: bool) -> Sql {
        let settings = sql!(
            "INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {}{}",
            self.increment,
            self.min,
            self.max,
            self.start,
            self.cache,
            Sql::verbatim(if self.cycle { " CYCLE" } else { " NO CYCLE" })
        );
        if with_type { sql!("AS {} {}", self.type_name, settings) } else { settings }
    }
}
