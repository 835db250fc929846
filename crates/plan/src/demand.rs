//! Statements that change nothing, and fail with what they found where something is not as it must be.

use model::{Literal, Sql, sql};

/// How many findings are named.
const NAMED_MAX: u32 = 8;

/// A block that fails with [`model::DEMAND_SQLSTATE`] and the texts that a query finds; it does nothing
/// where the query finds none. The query gives one column of type text.
pub(crate) fn demand(finds: &Sql, help: &str) -> Sql {
    let body = sql!(
        "\nDECLARE\n    found text;\n    more bigint;\nBEGIN\n    \
         SELECT string_agg(f.line, '; ') FILTER (WHERE f.at <= {}), count(*) - {} INTO found, more\n    \
         FROM (SELECT q.line, row_number() OVER () AS at FROM ({}) AS q (line)) AS f;\n    \
         IF found IS NOT NULL THEN\n        \
         RAISE EXCEPTION USING ERRCODE = {}, HINT = {},\n            \
         MESSAGE = found || CASE WHEN more > 0 THEN format('; and %s more', more) ELSE '' END;\n    \
         END IF;\nEND\n",
        NAMED_MAX,
        NAMED_MAX,
        finds,
        Literal::new(model::DEMAND_SQLSTATE),
        Literal::new(help)
    );
    sql!("DO {}", dollar_quoted(&body))
}

/// A body between dollar quotes that do not occur in it.
pub(crate) fn dollar_quoted(body: &Sql) -> Sql {
    let tags =
        (0_u32..).map(|at| if at == 0 { "$lockkeeper$".to_owned() } else { format!("$lockkeeper{at}$") });
    let tag = tags.into_iter().find(|tag| !body.as_str().contains(tag.as_str())).unwrap_or_default();
    let tag = Sql::verbatim(tag);
    sql!("{}{}{}", tag, body, tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_the_body_does_not_end_it() {
        let quoted = dollar_quoted(&Sql::verbatim("SELECT '$lockkeeper$'"));
        assert_eq!(quoted.as_str(), "$lockkeeper1$SELECT '$lockkeeper$'$lockkeeper1$");
    }
}
