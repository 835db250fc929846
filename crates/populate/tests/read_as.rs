//! Texts that are about to become something else.

#![allow(clippy::unwrap_used, missing_docs)]

use model::{Ident, Name, Silent, TypeName};
use populate::{Profile, Rows, populate, populate_like};

#[tokio::test(flavor = "multi_thread")]
async fn texts_read_as_the_type_they_become() {
    let ddl = "CREATE TABLE public.t (id bigint PRIMARY KEY, a text NOT NULL, b varchar(40), c text, d text UNIQUE, e varchar(60))";
    let types =
        [("a", "integer"), ("b", "date"), ("c", "uuid"), ("d", "bigint"), ("e", "character varying(8)")];
    let read_as =
        types.map(|(column, to)| ((Name::new("public", "t"), Ident::new(column)), TypeName::new(to)));
    let rows = Rows::each(300).reading_as(read_as.into());
    for like in [false, true] {
        let database = testkit::database(15).await;
        database.run(ddl).await;
        let session = database.connect().await;
        let schema = read::live::read(&session).await.unwrap();
        let filled = match like {
            false => populate(&session, &schema, &rows, 1, &Silent).await.unwrap(),
            true => populate_like(&session, &schema, &rows, &Profile::default(), 1, &Silent).await.unwrap(),
        };
        assert_eq!(filled.tables[&Name::new("public", "t")], 300, "{filled:?}");
        for (column, to) in types {
            database
                .run(&format!("ALTER TABLE public.t ALTER {column} TYPE {to} USING {column}::{to}"))
                .await;
        }
    }
}
