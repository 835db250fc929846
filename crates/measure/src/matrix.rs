//! Converts a column between every two types, and compares what the server did with what is computed.

use connect::Session;
use facts::{ConversionContext, Storage, Using};
use model::{Fault, Literal, Sql, TypeName, sql};

use crate::conversions::samples;

/// The types, sizes included.
const TYPES: &str = include_str!("../cases/matrix.txt");

/// How many conversions were compared, and where the computed one is not the server's, a line each.
#[derive(Debug, Clone, Default)]
pub struct Compared {
    /// Conversions that were made.
    pub conversions: u32,
    /// Where they differ.
    pub differences: Vec<String>,
}

/// One conversion to make.
struct Trial<'a> {
    session: &'a Session,
    from: &'a TypeName,
    to: &'a TypeName,
    context: ConversionContext,
}

/// Makes every conversion, in tables without rows to see what becomes of the storage and with values
/// from the types' edges to see what becomes of those.
///
/// # Errors
/// `measure.matrix` when measuring fails.
pub(crate) async fn compare(session: &Session) -> Result<Compared, Fault> {
    let names = TYPES.lines().filter(|line| !line.starts_with('#'));
    let types: Vec<TypeName> = names.map(TypeName::new).collect();
    let mut compared = Compared::default();
    for from in &types {
        let indexed = prepare(session, from).await?;
        for to in &types {
            for using in [Using::None, Using::Cast] {
                let both_stamps = [from, to].iter().all(|side| side.0.starts_with("timestamp"));
                for utc in if both_stamps { vec![true, false] } else { vec![true] } {
                    let context = ConversionContext { using, indexed, utc };
                    let trial = Trial { session, from, to, context };
                    compared.conversions += 1;
                    compared.differences.extend(trial.difference().await?);
                }
            }
        }
        run(session, "DROP TABLE converted, valued, original").await?;
    }
    Ok(compared)
}

/// Makes the tables; says whether the type can be indexed.
async fn prepare(session: &Session, from: &TypeName) -> Result<bool, Fault> {
    run(session, sql!("CREATE TABLE converted (c {})", from).as_str()).await?;
    run(session, sql!("CREATE TABLE valued (n integer, c {})", from).as_str()).await?;
    for (n, value) in samples(from).into_iter().enumerate() {
        let insert = sql!("INSERT INTO valued VALUES ({}, {}::{})", n, Literal::new(value), from);
        run(session, insert.as_str()).await?;
    }
    run(session, "CREATE TABLE original AS SELECT n, c AS v FROM valued").await?;
    Ok(session.batch_execute("CREATE INDEX converted_c ON converted (c)").await.is_ok())
}

impl Trial<'_> {
    async fn difference(&self) -> Result<Option<String>, Fault> {
        let Self { session, from, to, context } = self;
        let zone = if context.utc { "UTC" } else { "Europe/Berlin" };
        run(session, sql!("SET TimeZone = {}", Literal::new(zone)).as_str()).await?;
        let computed = facts::conversion(from, to, *context, session.server().major);
        let storage = self.storage().await?;
        let place = || format!("{from} to {to} ({context:?})");
        if computed.storage != storage {
            return Ok(Some(format!("{}: computed {:?}, measured {storage:?}", place(), computed.storage)));
        }
        if storage == Storage::Refused {
            return Ok(None);
        }
        let (failed, changed) = self.values().await?;
        let unforeseen = (failed && !computed.may_fail) || (changed && !computed.may_change);
        Ok(unforeseen.then(|| {
            format!("{}: some values failed: {failed}, changed: {changed}, computed {computed:?}", place())
        }))
    }

    fn alter(&self, table: &'static str) -> Sql {
        let clause = match self.context.using {
            Using::None => sql!(""),
            _ => sql!(" USING c::{}", self.to),
        };
        sql!("ALTER TABLE {} ALTER COLUMN c TYPE {}{}", Sql::verbatim(table), self.to, clause)
    }

    /// What the server does to storage; taken back afterwards.
    async fn storage(&self) -> Result<Storage, Fault> {
        run(self.session, "BEGIN").await?;
        let before = filenodes(self.session).await?;
        let altered = self.session.batch_execute(self.alter("converted").as_str()).await;
        let storage = match altered {
            Err(error) if error.as_db_error().is_none() => return Err(failed(&error)),
            Err(_) => Storage::Refused,
            Ok(()) => {
                let after = filenodes(self.session).await?;
                match (before.0 == after.0, before.1 == after.1) {
                    (false, _) => Storage::Rewrites,
                    (true, false) => Storage::RebuildsIndexes,
                    (true, true) => Storage::Free,
                }
            }
        };
        run(self.session, "ROLLBACK").await?;
        Ok(storage)
    }

    /// Whether the conversion fails with some value, and whether it makes some others.
    async fn values(&self) -> Result<(bool, bool), Fault> {
        run(self.session, "BEGIN").await?;
        let altered = self.session.batch_execute(self.alter("valued").as_str()).await;
        let outcome = match altered {
            Err(error) if error.as_db_error().is_none() => return Err(failed(&error)),
            Err(_) => (true, false),
            Ok(()) => (false, !self.comes_back().await?),
        };
        run(self.session, "ROLLBACK").await?;
        Ok(outcome)
    }

    /// Whether the values, converted back, are those from before; their texts tell.
    async fn comes_back(&self) -> Result<bool, Fault> {
        for back in [sql!("c::{}", self.from), sql!("c::text::{}", self.from)] {
            run(self.session, "SAVEPOINT back").await?;
            let same = sql!(
                "SELECT bool_and(({})::text IS NOT DISTINCT FROM v::text) FROM valued JOIN original USING (n)",
                back
            );
            if let Ok(row) = self.session.query_one(same.as_str(), &[]).await {
                return Ok(row.get(0));
            }
            run(self.session, "ROLLBACK TO SAVEPOINT back").await?;
        }
        Ok(false)
    }
}

/// The storage of the table and of its index.
async fn filenodes(session: &Session) -> Result<(u32, Option<u32>), Fault> {
    let question =
        "SELECT relfilenode, (SELECT x.relfilenode FROM pg_index JOIN pg_class AS x ON x.oid = indexrelid
            WHERE indrelid = c.oid) FROM pg_class AS c WHERE oid = 'converted'::regclass";
    let row = session.query_one(question, &[]).await.map_err(|error| failed(&error))?;
    Ok((row.get(0), row.get(1)))
}

async fn run(session: &Session, sql: &str) -> Result<(), Fault> {
    session.batch_execute(sql).await.map_err(|error| failed(&error))
}

fn failed(error: &tokio_postgres::Error) -> Fault {
    connect::fault("measure.matrix", "a conversion cannot be measured", error)
}
