//! A live database into a [`Schema`]: one consistent snapshot, a fixed number of queries whatever the
//! number of tables, and no privilege beyond connecting (the catalog is readable by everyone).

mod column;
mod constraint;
mod depend;
mod index;
mod kept;
mod oids;
mod relation;
mod routine;
mod types;
mod unmodelled;

use std::collections::BTreeMap;

use connect::Session;
use futures_util::stream::{self, BoxStream, StreamExt};
use model::{Fault, Ident, Name, Schema};
use tokio::sync::Mutex;
use tokio_postgres::Row;

use oids::Oids;

/// Namespaces that hold no application's schema: the system's, ours, and those of migration runners.
pub const IGNORED_NAMESPACES: &[&str] =
    &["information_schema", "lockkeeper", "lockkeeper_memory", model::COPY_NAMESPACE, "drizzle"];

/// Tables in which migration runners keep their own books.
pub const IGNORED_TABLES: &[&str] =
    &["__drizzle_migrations", "_prisma_migrations", "flyway_schema_history", "schema_migrations"];

/// Reads the whole schema of the database the session is connected to.
///
/// # Errors
/// `read.catalog` when a catalog query fails.
pub async fn read(session: &Session) -> Result<Schema, Fault> {
    run(session, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
    let schema = read_within(session).await;
    run(session, "ROLLBACK").await?;
    schema
}

/// The same within the transaction that the session has open, whose search path it sets for its length.
///
/// # Errors
/// `read.catalog` when a catalog query fails.
pub async fn read_within(session: &Session) -> Result<Schema, Fault> {
    // Compiling a query would take longer than running it.
    run(session, "SET LOCAL search_path = pg_catalog; SET LOCAL jit = off").await?;
    assemble(&Catalog::asked(session)).await
}

async fn assemble(catalog: &Catalog<'_>) -> Result<Schema, Fault> {
    let mut schema = Schema::default();
    let mut oids = Oids::default();
    types::read(catalog, &mut oids, &mut schema).await?;
    relation::read(catalog, &mut oids, &mut schema).await?;
    column::read(catalog, &mut oids, &mut schema).await?;
    constraint::read(catalog, &mut oids, &mut schema).await?;
    index::read(catalog, &mut oids, &mut schema).await?;
    routine::read(catalog, &mut oids, &mut schema).await?;
    depend::read(catalog, &mut oids, &mut schema).await?;
    unmodelled::read(catalog, &mut schema).await?;
    kept::hide(&mut schema);
    Ok(schema)
}

/// The snapshot that all queries of one read share.
struct Catalog<'a> {
    session: &'a Session,
    answers: Mutex<Answers<'a>>,
}

/// The answers to what was asked at once.
struct Answers<'a> {
    /// Those to come, in the order they were asked.
    coming: BoxStream<'a, Result<(&'static str, Vec<Row>), Fault>>,
    /// Those that are here and not yet taken.
    here: BTreeMap<&'static str, Vec<Row>>,
}

impl<'a> Catalog<'a> {
    /// Sends every query at once: none waits for a round trip, and the server answers the next ones while we take in
    /// those before.
    fn asked(session: &'a Session) -> Self {
        let queries = [
            types::QUERIES.as_slice(),
            &relation::QUERIES,
            &column::QUERIES,
            &constraint::QUERIES,
            &index::QUERIES,
            &routine::QUERIES,
            &depend::QUERIES,
            &unmodelled::QUERIES,
        ]
        .concat();
        let at_once = queries.len();
        let asked = stream::iter(queries)
            .map(move |query| async move { Ok((query, ask(session, query).await?)) })
            .buffered(at_once);
        Self { session, answers: Mutex::new(Answers { coming: asked.boxed(), here: BTreeMap::new() }) }
    }

    /// Rows of a catalog query. `{ignored}` in it stands for the condition that keeps out namespaces
    /// nobody's application owns, on the alias `n`; `{since N: text}` is kept from major N on.
    async fn rows(&self, query: &'static str) -> Result<Vec<Row>, Fault> {
        let mut answers = self.answers.lock().await;
        loop {
            if let Some(rows) = answers.here.remove(query) {
                return Ok(rows);
            }
            let Some(answer) = answers.coming.next().await else { return ask(self.session, query).await };
            let (asked, rows) = answer?;
            answers.here.insert(asked, rows);
        }
    }
}

async fn ask(session: &Session, query: &'static str) -> Result<Vec<Row>, Fault> {
    let query = for_major(query, session.server().major).replace("{ignored}", IGNORED);
    session.query_typed(&query, &[]).await.map_err(|error| catalog_fault(&error))
}

async fn run(session: &Session, statement: &'static str) -> Result<(), Fault> {
    session.batch_execute(statement).await.map_err(|error| catalog_fault(&error))
}

const IGNORED: &str = "n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockkeeper', 'lockkeeper_memory', 'lockkeeper_copy', 'drizzle')";

/// Resolves `{since N: a | b}`: `a` from major N on, `b` before.
fn for_major(query: &str, major: u32) -> String {
    let mut out = String::with_capacity(query.len());
    let mut rest = query;
    while let Some(at) = rest.find("{since ") {
        let (before, marked) = rest.split_at(at);
        let end = marked.find('}').unwrap_or(marked.len() - 1);
        let body = &marked["{since ".len()..end];
        let (since, choice) = body.split_once(':').unwrap_or((body, ""));
        let (new, old) = choice.split_once('|').unwrap_or((choice, ""));
        let is_new = since.trim().parse::<u32>().is_ok_and(|since| major >= since);
        out.push_str(before);
        out.push_str(if is_new { new.trim() } else { old.trim() });
        rest = &marked[end + 1..];
    }
    out.push_str(rest);
    out
}

fn catalog_fault(error: &tokio_postgres::Error) -> Fault {
    connect::fault("read.catalog", "the catalog could not be read", error)
}

/// A catalog name in two columns.
fn name_at(row: &Row, schema: &str, name: &str) -> Name {
    Name::new(row.get::<_, String>(schema), row.get::<_, String>(name))
}

/// An optional catalog name in two columns.
fn name_opt(row: &Row, schema: &str, name: &str) -> Option<Name> {
    let schema: Option<String> = row.get(schema);
    let name: Option<String> = row.get(name);
    Some(Name::new(schema?, name?))
}

fn ident_at(row: &Row, column: &str) -> Ident {
    Ident::new(row.get::<_, String>(column))
}

fn idents_at(row: &Row, column: &str) -> Vec<Ident> {
    let names: Option<Vec<String>> = row.get(column);
    names.unwrap_or_default().into_iter().map(Ident::new).collect()
}

/// `name=value` texts of `reloptions`.
fn options_at(row: &Row, column: &str) -> BTreeMap<String, String> {
    let options: Option<Vec<String>> = row.get(column);
    let split = |option: String| {
        let (name, value) = option.split_once('=').unwrap_or((&option, ""));
        (name.to_owned(), value.to_owned())
    };
    options.unwrap_or_default().into_iter().map(split).collect()
}

/// A one-character catalog code.
fn code_at(row: &Row, column: &str) -> char {
    let code: i8 = row.get(column);
    char::from(code.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::for_major;

    #[test]
    fn picks_the_text_of_the_major() {
        let query = "SELECT {since 15: a, b | NULL}, c{since 18: , d}";
        assert_eq!(for_major(query, 15), "SELECT a, b, c");
        assert_eq!(for_major(query, 14), "SELECT NULL, c");
        assert_eq!(for_major(query, 18), "SELECT a, b, c, d");
    }
}
