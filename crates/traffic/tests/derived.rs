//! Traffic made from nothing but a schema: the server takes every statement of it, and the books balance.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Name, Schema};
use traffic::{Application, Derived, Does, NotDone, Rate, Traffic};

const SCHEMA: &str = "
    CREATE TABLE public.funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, slug text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('a', 'b')), amount numeric NOT NULL, note text, code char(3));
    CREATE UNIQUE INDEX ON public.funds (lower(slug)) WHERE kind = 'a';
    CREATE TABLE public.investments (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), fund_id bigint NOT NULL REFERENCES public.funds,
        name varchar(60), twice bigint GENERATED ALWAYS AS (fund_id * 2) STORED);
    CREATE TABLE public.profiles (fund_id bigint PRIMARY KEY REFERENCES public.funds, bio text);
    CREATE TABLE public.links (a bigint, b bigint, PRIMARY KEY (a, b));
    CREATE TABLE public.audited (id serial PRIMARY KEY, fund_id bigint REFERENCES public.funds, note text);
    CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := now()::text; RETURN NEW; END';
    CREATE TRIGGER touch BEFORE UPDATE ON public.audited FOR EACH ROW EXECUTE FUNCTION public.touch();
    CREATE TABLE public.numbered (id bigint PRIMARY KEY, fund_id bigint REFERENCES public.funds);
    CREATE TABLE public.unrelated (id int PRIMARY KEY);
    INSERT INTO public.funds (slug, kind, amount) SELECT 's' || i, 'b', i FROM generate_series(1, 500) i;
    INSERT INTO public.investments (fund_id, name) SELECT 1 + i % 500, 'x' || i FROM generate_series(1, 500) i;
    INSERT INTO public.profiles SELECT i, 'bio' FROM generate_series(1, 500) i;
    INSERT INTO public.numbered SELECT i, i FROM generate_series(1, 500) i;
    INSERT INTO public.audited (fund_id) SELECT i FROM generate_series(1, 500) i";

fn derive(schema: &Schema) -> Derived {
    let focus: BTreeSet<Name> = ["funds", "links"].map(|name| Name::new("public", name)).into();
    Application { schema, beside: schema, focus: &focus, seed: 3 }.derive()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_takes_every_statement_and_the_books_balance() {
    for major in testkit::majors() {
        let database = testkit::database(major).await;
        database.run(SCHEMA).await;
        let session = database.connect().await;
        let derived = derive(&read::live::read(&session).await.unwrap());
        let names: BTreeSet<&str> = derived.workload.statements.iter().map(|s| s.name.as_str()).collect();
        for expected in [
            "public.funds.by_key",
            "public.funds.insert",
            "public.funds.delete",
            "public.funds.set_slug",
            "public.funds.set_amount",
            "public.investments.of_fund_id",
            "public.investments.insert",
            "public.profiles.set_bio",
            "public.links.some",
            "public.numbered.insert",
            "public.numbered.delete",
            "public.audited.by_key",
        ] {
            assert!(names.contains(expected), "{expected} is not in {names:?}");
        }
        for never in ["public.funds.set_kind", "public.profiles.insert", "public.audited.set_note"] {
            assert!(!names.contains(never), "{never}");
        }
        assert!(!names.iter().any(|name| name.contains("unrelated")), "{names:?}");
        let left_out = derived.left_out.iter().map(|left| (left.table.name.as_str(), left.what));
        let expected =
            [("links", NotDone::Writes), ("audited", NotDone::Writes), ("profiles", NotDone::Inserts)];
        assert_eq!(left_out.collect::<Vec<_>>(), expected, "{:?}", derived.left_out);

        let rate = Rate { writes_per_s: 300.0, reads_per_s: 300.0 };
        let traffic = Traffic::start(database.target(), &derived.workload, rate).await.unwrap();
        tokio::time::sleep(Duration::from_millis(2_000)).await;
        let (report, books) = traffic.stop().await;
        assert_eq!(report.total.failed, vec![], "{major}");
        assert!(report.total.write.count > 50, "{:?}", report.total);
        let audit = books.audit(&session).await.unwrap();
        assert!(audit.intact, "{major}: {audit:?}");
        let funds = &audit.tables[&Name::new("public", "funds")];
        assert!(funds.inserted > 5 && funds.updated > 5 && funds.deleted > 0, "{funds:?}");
        let written = books.written(&Name::new("public", "funds")).unwrap();
        assert!(written.is_known && !written.inserted.is_empty() && !written.columns.is_empty());
    }
}

/// What a migration takes from a column must not be what the traffic writes into it.
#[test]
fn a_column_that_becomes_another_is_not_written() {
    let mut schema = Schema::default();
    let name = Name::new("public", "t");
    let mut table = model::Table {
        columns: vec![model::Column::new("id", "bigint"), model::Column::new("v", "text")],
        ..Default::default()
    };
    let columns = vec![model::Ident::new("id")];
    let kind = model::ConstraintKind::PrimaryKey { columns, include: Vec::new(), without_overlaps: false };
    let key = model::Constraint::new("t_pkey", kind);
    table.constraints.insert(key.name.clone(), key);
    schema.tables.insert(name.clone(), table);
    let mut beside = schema.clone();
    beside.tables.get_mut(&name).unwrap().columns[1].type_name = model::TypeName::new("integer");
    let focus = BTreeSet::from([name]);
    let writes = |beside: &Schema| {
        let derived = Application { schema: &schema, beside, focus: &focus, seed: 1 }.derive();
        let updates = derived.workload.statements.iter();
        updates.filter(|statement| matches!(statement.does, Does::Update(..))).count()
    };
    assert_eq!((writes(&schema), writes(&beside)), (1, 0));
}
