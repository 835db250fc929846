//! Verification between databases that differ in known ways.

use model::Schema;

async fn schema_of(major: u32, sql: &str) -> Schema {
    let database = testkit::database(major).await;
    database.run(sql).await;
    let session = database.connect().await;
    read::live::read(&session).await.expect("a catalog can be read")
}

const WANTED: &str = "
CREATE TABLE public.funds (id bigint PRIMARY KEY, name text NOT NULL, vintage int DEFAULT 2000);
CREATE INDEX funds_name ON public.funds (name);
CREATE VIEW public.names AS SELECT name FROM public.funds;
CREATE TABLE public.notes (id bigint PRIMARY KEY, fund bigint REFERENCES public.funds);
CREATE INDEX notes_fund ON public.notes (fund);
COMMENT ON TABLE public.notes IS 'short';";

const FOUND: &str = "
CREATE TABLE public.funds (id bigint PRIMARY KEY, name varchar(10) NOT NULL, vintage int DEFAULT 1999);
CREATE INDEX funds_id ON public.funds (id, name);
CREATE VIEW public.names AS SELECT name FROM public.funds;
CREATE TABLE public.leftover (id serial PRIMARY KEY);
CREATE PUBLICATION everything;";

#[tokio::test]
async fn what_is_missing_differs_and_is_unexpected_is_told_apart() {
    let major = testkit::majors()[0];
    let (found, wanted) = (schema_of(major, FOUND).await, schema_of(major, WANTED).await);
    let verification = verify::sync(&found, &wanted, &[]).expect("no renames");
    let objects = |differences: &[verify::Difference]| {
        differences.iter().map(|difference| difference.object.clone()).collect::<Vec<_>>()
    };
    assert!(!verification.equal);
    assert_eq!(objects(&verification.missing), ["public.notes", "public.funds_name"]);
    // The view's column changes its type with the table's: pg_get_viewdef says so in its query.
    assert_eq!(objects(&verification.different), ["public.funds.name", "public.funds.vintage"]);
    assert_eq!(objects(&verification.unexpected), ["public.leftover", "public.funds_id"]);
    assert!(verification.unmodelled.contains("publication everything"));
    let text = verification.to_string();
    assert!(text.contains("the default is 1999, wanted is 2000"), "{text}");
    let json = serde_json::to_string(&verification).expect("plain data");
    let back: verify::Verification = serde_json::from_str(&json).expect("what was written");
    assert_eq!(back, verification);
}

#[tokio::test]
async fn equal_is_equal() {
    let majors = testkit::majors();
    let (found, wanted) = (schema_of(majors[0], WANTED).await, schema_of(majors[0], WANTED).await);
    let verification = verify::sync(&found, &wanted, &[]).expect("no renames");
    assert!(verification.equal && verification.differences().next().is_none(), "{verification}");
    assert_eq!(verification.found, verification.wanted);
}
