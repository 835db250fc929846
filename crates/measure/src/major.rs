//! Measures every case on the servers of one major.

use std::collections::BTreeSet;

use connect::Session;
use facts::{Fact, Majors, Refusal, Role, Shape, TypeFile};
use futures_util::StreamExt as _;
use model::{Fault, Literal, Name, Progress, sql};
use shadow::{Database, Shadow, ShadowOptions};
use trace::{Observation, Tracer};

use crate::cases::{Case, Cases};
use crate::conversions;
use crate::matrix::{self, Compared};
use crate::roles::Cast;

/// Cases measured at once: each has a database of its own.
const AT_ONCE: usize = 3;

/// What was measured on one major.
#[derive(Debug, Default)]
pub struct Measured {
    /// The server's version as it writes it, such as 150018.
    pub version_num: u32,
    /// The facts, for this major alone.
    pub facts: Vec<Fact>,
    /// The types and casts of this major alone.
    pub types: TypeFile,
    /// Conversions compared with what is computed, and where they differ.
    pub conversions: Compared,
    /// Cases whose table cannot be had on this major, with the server's word for it.
    pub absent: Vec<String>,
}

/// A server with a template database for each shape.
struct Bench<'a> {
    shadow: &'a Shadow,
    cases: &'a Cases,
    templates: Vec<(Shape, Database)>,
}

/// Measures these cases on a throwaway server of a major, and the conversions if it is to be the whole.
///
/// # Errors
/// The faults of [`Shadow::start`] and [`Tracer::statement`]; `measure.fixture`, `measure.cast`.
pub async fn measure(
    major: u32,
    cases: &Cases,
    wanted: &[&Case],
    whole: bool,
    progress: &dyn Progress,
) -> Result<Measured, Fault> {
    let options = ShadowOptions { settings: trace::shadow_settings(), ..ShadowOptions::of(major) };
    let shadow = Shadow::start(&options, progress).await?;
    let bench = Bench::prepare(&shadow, cases).await?;
    let here: Vec<_> = wanted.iter().filter(|case| case.majors.contains(major)).collect();
    let pairs: Vec<(&Case, Shape)> =
        here.iter().flat_map(|case| case.shapes.iter().map(|&shape| (**case, shape))).collect();
    progress.begin(&format!("measuring on PostgreSQL {major}"), Some(pairs.len() as u64));
    let mut results = futures_util::stream::iter(&pairs)
        .map(|(case, shape)| bench.fact(case, *shape, major))
        .buffered(AT_ONCE);
    let mut measured = Measured { version_num: shadow.version_num(), ..Measured::default() };
    while let Some(result) = results.next().await {
        match result? {
            Ok(fact) => measured.facts.push(fact),
            Err(absent) => measured.absent.push(absent),
        }
        progress.reached((measured.facts.len() + measured.absent.len()) as u64);
    }
    drop(results);
    if whole {
        measured.types = bench.types().await?;
        measured.conversions = bench.conversions().await?;
    }
    progress.end(&format!("{} facts, {} absent", measured.facts.len(), measured.absent.len()));
    drop(bench);
    shadow.stop().await?;
    Ok(measured)
}

impl<'a> Bench<'a> {
    async fn prepare(shadow: &'a Shadow, cases: &'a Cases) -> Result<Self, Fault> {
        let session = connect::connect(&shadow.target("postgres"), "lockkeeper measure").await?;
        run(&session, cases.fixture("server")?).await?;
        let folder = session.query_one("SHOW data_directory", &[]).await;
        let folder =
            folder.map_err(|error| connect::fault("measure.fixture", "the server has no folder", &error))?;
        let folder = Literal::new(format!("{}/lockkeeper_tablespace", folder.get::<_, String>(0)));
        run(&session, sql!("CREATE TABLESPACE ts LOCATION {}", folder).as_str()).await?;
        session.close().await;
        let mut templates = Vec::new();
        for shape in Shape::ALL {
            let database = shadow.create_database(None).await?;
            let session = connect::connect(&database.target, "lockkeeper measure").await?;
            run(&session, "SET search_path = public").await?;
            run(&session, cases.fixture(shape.name())?).await?;
            session.close().await;
            templates.push((shape, database));
        }
        Ok(Self { shadow, cases, templates })
    }

    /// The fact a case shows; the server's word where its fixture cannot be had.
    async fn fact(&self, case: &Case, shape: Shape, major: u32) -> Result<Result<Fact, String>, Fault> {
        let template = self.templates.iter().find(|(of, _)| *of == shape).map(|(_, template)| &template.name);
        let database = self.shadow.create_database(template.map(model::Ident::as_str)).await?;
        let place = format!("{} on {shape}, PostgreSQL {major}", case.form);
        let measured = self.measure(case, &database).await.map_err(|fault| fault.at(place.clone()))?;
        self.shadow.drop_database(&database).await?;
        match measured {
            Err(word) => Ok(Err(format!("{place}: {word}"))),
            Ok((observation, cast)) => {
                let fact = fact(case, shape, major, &observation, &cast);
                fact.map(Ok).map_err(|fault| fault.at(place))
            }
        }
    }

    async fn types(&self) -> Result<TypeFile, Fault> {
        let database = self.shadow.create_database(None).await?;
        let session = connect::connect(&database.target, "lockkeeper measure").await?;
        let types = conversions::read(&session).await?;
        session.close().await;
        self.shadow.drop_database(&database).await?;
        Ok(types)
    }

    async fn conversions(&self) -> Result<Compared, Fault> {
        let database = self.shadow.create_database(None).await?;
        let session = connect::connect(&database.target, "lockkeeper measure").await?;
        run(&session, "CREATE EXTENSION citext SCHEMA public").await?;
        run(&session, "SET search_path = public").await?;
        let compared = matrix::compare(&session).await?;
        session.close().await;
        self.shadow.drop_database(&database).await?;
        Ok(compared)
    }

    async fn measure(
        &self,
        case: &Case,
        database: &Database,
    ) -> Result<Result<(Observation, Cast), String>, Fault> {
        let session = connect::connect(&database.target, "lockkeeper measure").await?;
        run(&session, "SET search_path = public").await?;
        for fixture in &case.with {
            run(&session, self.cases.fixture(fixture)?).await?;
        }
        for sql in &case.before {
            if let Err(error) = session.batch_execute(sql).await {
                return Ok(Err(format!("{} ({sql})", connect::describe(&error))));
            }
        }
        let cast = Cast::read(&session).await?;
        session.close().await;
        let mut tracer = Tracer::open(&database.target).await?;
        let observation = tracer.statement(&case.sql).await?;
        tracer.close().await;
        Ok(Ok((observation, cast)))
    }
}

async fn run(session: &Session, sql: &str) -> Result<(), Fault> {
    let done = session.batch_execute(sql).await;
    done.map_err(|error| connect::fault("measure.fixture", format!("a fixture does not run: {sql}"), &error))
}

fn fact(case: &Case, on: Shape, major: u32, seen: &Observation, cast: &Cast) -> Result<Fact, Fault> {
    let refusal = seen.error.as_ref();
    let mut fact = Fact {
        form: case.form,
        on,
        majors: Majors::one(major),
        sql: case.sql.split_whitespace().collect::<Vec<_>>().join(" "),
        transaction: !seen.outside_block,
        locks: Default::default(),
        rewrites: Default::default(),
        scans: Default::default(),
        index_builds: Default::default(),
        data_loss: seen.effect.data_loss,
        refusal: refusal
            .map(|error| Refusal { sqlstate: error.sqlstate.clone(), message: error.message.clone() }),
    };
    for lock in &seen.effect.locks {
        let mode = fact.locks.entry(cast.role(&lock.relation)?).or_insert(lock.mode);
        *mode = lock.mode.max(*mode);
    }
    fact.rewrites = roles(&seen.effect.rewrites, cast)?;
    fact.scans = roles(&seen.effect.scans, cast)?;
    for (table, &built) in &seen.built {
        fact.index_builds.insert(cast.role(table)?, cast.builds(table, built)?);
    }
    Ok(fact)
}

fn roles(names: &[Name], cast: &Cast) -> Result<BTreeSet<Role>, Fault> {
    names.iter().map(|name| cast.role(name)).collect()
}
