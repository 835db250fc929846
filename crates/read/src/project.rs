//! A Drizzle project: evaluated in a sandbox, loaded into a throwaway database, read back.

use std::path::Path;

use connect::Session;
use drizzle::{External, Options, Project};
use model::{Fault, Ident, Schema};

use crate::{Scope, live};

/// Evaluates a project. Its code runs on a thread of its own, so that a long evaluation holds up nobody.
pub(crate) async fn evaluate(path: &Path) -> Result<Project, Fault> {
    let path = path.to_owned();
    let evaluated = tokio::task::spawn_blocking(move || drizzle::read(&path, &Options::default())).await;
    evaluated
        .map_err(|error| Fault::new("read.drizzle", "the project could not be evaluated").cause(error))?
}

/// Builds what the project declares on an empty database and reads it back, without what the project only
/// refers to. Extensions that it needs and that this server lacks are named in the notes.
pub(crate) async fn load(session: &Session, project: &Project) -> Result<(Schema, Vec<String>), Fault> {
    let mut notes: Vec<String> = project.notes.iter().map(ToString::to_string).collect();
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
        notes.push(format!(
            "extension {} is needed ({}); Drizzle cannot declare it",
            extension.name, extension.because
        ));
    }
    session.batch_execute("SET search_path = public").await.map_err(|error| refused("", &error))?;
    for statement in &project.statements {
        let sent = session.batch_execute(statement.sql.as_str()).await;
        // Roles belong to the server: an earlier reading may have made them.
        let made_before = |error: &tokio_postgres::Error| {
            connect::sqlstate(error) == Some("42710") && statement.sql.as_str().starts_with("CREATE ROLE")
        };
        match sent {
            Err(error) if !made_before(&error) => {
                let place = match &statement.file {
                    Some(file) => format!("{file}:{}:{}", statement.line, statement.column),
                    None => statement.object.clone(),
                };
                return Err(refused(&statement.object, &error).at(place));
            }
            _ => {}
        }
    }
    let mut schema = live::read(session).await?;
    for external in &project.external {
        forget(&mut schema, external);
    }
    Ok((schema, notes))
}

fn refused(object: &str, error: &tokio_postgres::Error) -> Fault {
    connect::fault("read.drizzle", format!("PostgreSQL refused {object} as the project declares it"), error)
}

/// Takes out what was only built so that the rest would load.
fn forget(schema: &mut Schema, external: &External) {
    match external {
        External::Schema(name) => _ = schema.namespaces.remove(name),
        External::Table(name) => _ = schema.tables.remove(name),
        External::View(name) => _ = schema.views.remove(name),
        External::Function(name) => schema.routines.retain(|_, routine| routine.name != *name),
        External::Role(_) => {}
    }
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
    Scope { schemas, filter: project.filter.clone() }
}
