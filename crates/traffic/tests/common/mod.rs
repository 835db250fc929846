//! A small application for tests.

use std::time::Duration;

use model::{Ident, Name, Sql};
use testkit::TestDatabase;
use traffic::{Does, Parameter, Rate, Statement, Watched, Workload};

/// As much as two cores do beside a build.
pub const RATE: Rate = Rate { writes_per_s: 100.0, reads_per_s: 300.0 };

/// A database with a table of accounts.
pub async fn accounts(major: u32) -> TestDatabase {
    let database = testkit::database(major).await;
    database
        .run(
            "CREATE TABLE public.accounts (
                 id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                 balance numeric(18, 2) NOT NULL,
                 note text
             );
             INSERT INTO public.accounts (balance, note)
                 SELECT i, 'note ' || i FROM generate_series(1, 8000) AS i;
             ANALYZE public.accounts",
        )
        .await;
    database
}

/// What its application sends.
pub fn workload() -> Workload {
    let table = Name::new("public", "accounts");
    let statement = |name: &str, sql: &str, does: Does, parameters: Vec<Parameter>| Statement {
        name: name.to_owned(),
        weight: if matches!(does, Does::Delete(_)) { 1 } else { 4 },
        sql: Sql::verbatim(sql),
        parameters,
        does,
    };
    let key = Parameter::Value(table.clone(), Ident::new("id"));
    Workload {
        name: "accounts".to_owned(),
        statements: vec![
            statement("by_id", "SELECT * FROM public.accounts WHERE id = $1", Does::Read, vec![key]),
            statement(
                "open",
                "INSERT INTO public.accounts (balance, note) VALUES ($1, $2) RETURNING id::text",
                Does::Insert(table.clone()),
                vec![Parameter::Between(0, 100), Parameter::Word("opened ".to_owned())],
            ),
            statement(
                "pay",
                "UPDATE public.accounts SET balance = $2 WHERE id = $1 RETURNING balance::text",
                Does::Update(table.clone(), Ident::new("balance")),
                vec![Parameter::Row, Parameter::Number],
            ),
            statement(
                "close",
                "DELETE FROM public.accounts WHERE id = $1 RETURNING id::text",
                Does::Delete(table.clone()),
                vec![Parameter::Row],
            ),
        ],
        tables: vec![Watched::public("accounts", "id")],
        seed: 1,
    }
}

/// Waits for so many milliseconds.
pub async fn pause(ms: u64) {
    tokio::time::sleep(Duration::from_millis(ms)).await;
}
