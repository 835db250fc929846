//! A Drizzle project: evaluated in a sandbox, loaded into a throwaway database, read back.

mod objects;

use std::path::Path;

use connect::Session;
use drizzle::{Casing, External, Known, Options, Project, Statement};
use model::{Fault, Ident, Name, Schema, Uses};

pub(crate) use objects::{Objects, apart, count, have_first_names, whole};

use crate::cache::{Cache, Key};
use crate::{Scope, live};

/// Evaluates a project, unless nothing changed that an earlier evaluation looked at. Its code runs on a thread
/// of its own, so that a long evaluation holds up nobody.
pub(crate) async fn evaluate(
    path: &Path,
    cache: Option<Cache>,
    notes: &mut Vec<String>,
) -> Result<Project, Fault> {
    let path = path.to_owned();
    let evaluated = tokio::task::spawn_blocking(move || {
        let mut notes = Vec::new();
        let project = evaluated(&path, cache.as_ref(), &mut notes);
        (project, notes)
    });
    let (project, said) = evaluated
        .await
        .map_err(|error| Fault::new("read.drizzle", "the project could not be evaluated").cause(error))?;
    notes.extend(said);
    project
}

fn evaluated(path: &Path, cache: Option<&Cache>, notes: &mut Vec<String>) -> Result<Project, Fault> {
    let Some(cache) = cache else { return drizzle::read(path, &Options::default()) };
    let named = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let key = Key::of(["evaluation", &named.to_string_lossy()]);
    if let Some(project) = cache.get::<Project>(&key, notes)
        && project.seen.is_unchanged()
    {
        return Ok(project);
    }
    let project = drizzle::read(path, &Options::default())?;
    cache.put(&key, &project, notes);
    Ok(project)
}

/// The extensions that are made before a project's own statements run: they decide what these mean.
pub(crate) fn extension_names(project: &Project) -> impl Iterator<Item = &str> {
    project.extensions.iter().map(|extension| extension.name.as_str())
}

/// Everything that decides what a server makes of a statement; whether that belongs to the project, too.
pub(crate) fn texts(statement: &Statement) -> [&str; 2] {
    [if statement.scaffold { "scaffold" } else { "own" }, statement.sql.as_str()]
}

/// What the reader of a project should know.
pub(crate) fn notes(project: &Project) -> Vec<String> {
    let notes = project.notes.iter().map(ToString::to_string);
    let needed = project.extensions.iter().map(|extension| {
        format!("extension {} is needed ({}); Drizzle cannot declare it", extension.name, extension.because)
    });
    notes.chain(needed).collect()
}

/// Whether statements are spared that make what is known without them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sparing {
    /// They are.
    #[default]
    Known,
    /// All are run.
    Nothing,
}

/// Builds these statements of a project on an empty database and reads it back, without what the project only
/// refers to.
pub(crate) async fn load(
    session: &Session,
    project: &Project,
    statements: &[&Statement],
) -> Result<Schema, Fault> {
    for extension in &project.extensions {
        let create =
            model::sql!("CREATE EXTENSION IF NOT EXISTS {} WITH SCHEMA public CASCADE", extension.name);
        if let Err(error) = session.batch_execute(create.as_str()).await {
            return Err(connect::fault(
                "read.extension",
                format!(
                    "the project needs extension {} ({}), which the throwaway server lacks",
                    extension.name, extension.because
                ),
                &error,
            )
            .help("use a server that has it: --shadow-url URL"));
        }
    }
    session.batch_execute("SET search_path = public").await.map_err(|error| refused("", &error))?;
    for statements in statements.chunks(STATEMENTS_TOGETHER) {
        if session.batch_execute(&together(statements)).await.is_ok() {
            continue;
        }
        // One by one says which it is, and passes over roles that are there already.
        for statement in statements {
            make(session, statement, project.casing).await?;
        }
    }
    let mut schema = live::read(session).await?;
    for external in &project.external {
        forget(&mut schema, external);
    }
    Ok(schema)
}

/// The statements that a server runs. What it is spared decides nothing of the rest: a table that is known may
/// change, and what was kept of the others holds.
pub(crate) fn run(project: &Project, sparing: Sparing) -> Vec<&Statement> {
    let is_run = |statement: &&Statement| sparing == Sparing::Nothing || !statement.spared;
    project.statements.iter().filter(is_run).collect()
}

/// Adds what was spared.
pub(crate) fn add(schema: &mut Schema, known: &Known) {
    let more = known.schema.clone();
    schema.tables.extend(more.tables);
    schema.sequences.extend(more.sequences);
    for (name, constraint) in &known.keys {
        if let Some(table) = schema.tables.get_mut(name) {
            table.constraints.insert(constraint.name.clone(), constraint.clone());
        }
    }
    for (object, used) in more.uses.iter() {
        for used in used {
            schema.uses.insert(object.clone(), used.clone());
        }
    }
}

/// How many statements are sent at once. The server runs them in one transaction, which is much faster than
/// one by one; their locks have to fit its lock table (6,400 by default, some ten for a table).
const STATEMENTS_TOGETHER: usize = 100;

fn together(statements: &[&Statement]) -> String {
    let mut text = String::new();
    for statement in statements {
        text.push_str(statement.sql.as_str());
        // An author's text may end in a comment.
        text.push_str("\n;\n");
    }
    text
}

async fn make(session: &Session, statement: &Statement, casing: Option<Casing>) -> Result<(), Fault> {
    // Roles belong to the server: an earlier reading may have made them.
    let made_before = |error: &tokio_postgres::Error| {
        connect::sqlstate(error) == Some("42710") && statement.sql.as_str().starts_with("CREATE ROLE")
    };
    match session.batch_execute(statement.sql.as_str()).await {
        Err(error) if !made_before(&error) => {
            let place = match &statement.file {
                Some(file) => format!("{file}:{}:{}", statement.line, statement.column),
                None => statement.object.clone(),
            };
            let fault = refused(&statement.object, &error).at(place);
            let is_view = ["CREATE VIEW", "CREATE MATERIALIZED VIEW"]
                .iter()
                .any(|create| statement.sql.as_str().starts_with(create));
            Err(match casing {
                Some(casing) if is_view && connect::sqlstate(&error) == Some("42703") => fault.help(format!(
                    "Drizzle writes the queries of views without `casing: \"{}\"`; name the columns they read, as in \
                     text(\"user_id\")",
                    casing.name()
                )),
                _ => fault,
            })
        }
        _ => Ok(()),
    }
}

fn refused(object: &str, error: &tokio_postgres::Error) -> Fault {
    connect::fault("read.drizzle", format!("PostgreSQL refused {object} as the project declares it"), error)
}

/// Takes out what was only built so that the rest would load.
fn forget(schema: &mut Schema, external: &External) {
    match external {
        External::Schema(name) => _ = schema.namespaces.remove(name),
        External::Table(name) => {
            schema.tables.remove(name);
            forget_uses(schema, name);
        }
        External::View(name) => {
            schema.views.remove(name);
            forget_uses(schema, name);
        }
        External::Function(name) => schema.routines.retain(|_, routine| routine.name != *name),
        External::Role(_) => {}
    }
}

/// Takes out what an object that is no part of the schema uses.
fn forget_uses(schema: &mut Schema, name: &Name) {
    let mut kept = Uses::default();
    for (object, used) in schema.uses.iter().filter(|(object, _)| object.relation() != Some(name)) {
        used.iter().for_each(|used| kept.insert(object.clone(), used.clone()));
    }
    schema.uses = kept;
}

/// What the project manages: the namespaces its filter names, or `public` and those it creates.
pub(crate) fn scope(project: &Project) -> Scope {
    let named = project.filter.schemas.iter().filter(|glob| !glob.contains(['*', '!', '?'])).map(Ident::new);
    let mut schemas: Vec<Ident> = named.collect();
    if project.filter.schemas.is_empty() {
        schemas.push(Ident::new("public"));
    }
    schemas.extend(project.schemas.iter().cloned());
    schemas.extend(project.tables.iter().map(|table| table.name.schema.clone()));
    schemas.sort();
    schemas.dedup();
    let external = project.external.iter().filter_map(|external| match external {
        External::Table(name) | External::View(name) => Some(name.clone()),
        External::Schema(_) | External::Role(_) | External::Function(_) => None,
    });
    Scope {
        schemas,
        filter: project.filter.clone(),
        books: project.books.clone(),
        external: external.collect(),
    }
}
