//! How a project becomes a schema: what is known is spared, what was read before is kept object by object, and only
//! the rest is asked of the throwaway server.

use std::collections::BTreeMap;
use std::path::Path;

use drizzle::{Project, Statement};
use model::{Fault, Name, Schema};

use super::Reader;
use crate::Reading;
use crate::cache::Key;
use crate::project::{self, Objects, Sparing};

/// Parts of a schema by the object they belong to; under no name what belongs to none.
type Parts = BTreeMap<Option<Name>, Schema>;

impl Reader<'_> {
    pub(super) async fn read_drizzle(&mut self, path: &Path) -> Result<Reading, Fault> {
        let cache = self.cache.clone().filter(|_| self.keeps_evaluations);
        let project = project::evaluate(path, cache, &mut self.notes).await?;
        self.load_project(project).await
    }

    pub(super) async fn load_project(&mut self, project: Project) -> Result<Reading, Fault> {
        let schema = if project.known.is_whole && self.sparing == Sparing::Known {
            project.known.schema.clone()
        } else {
            self.build(&project).await?
        };
        let (notes, scope) = (project::notes(&project), Some(project::scope(&project)));
        let (migrations, books) = (project.out, project.books);
        Ok(Reading { notes, scope, files: project.files, migrations, books, ..Reading::of(schema) })
    }

    /// The schema that the throwaway server makes of a project, with what is known without it.
    async fn build(&mut self, project: &Project) -> Result<Schema, Fault> {
        if self.sparing == Sparing::Known
            && let Ok(mut schema) = self.build_part(project, Sparing::Known).await
        {
            project::add(&mut schema, &project.known);
            return Ok(schema);
        }
        // What was spared may have been needed, or be what is wrong: the server says.
        self.build_part(project, Sparing::Nothing).await
    }

    /// The schema that the throwaway server makes of what it is not spared, now or before.
    async fn build_part(&mut self, project: &Project, sparing: Sparing) -> Result<Schema, Fault> {
        let statements = project::run(project, sparing);
        let Some(base) = self.key("project", project::extension_names(project)).await? else {
            return self.build_on_server(project, &statements).await;
        };
        let whole = base.and(statements.iter().flat_map(|statement| project::texts(statement)));
        if let Some(schema) = self.kept(Some(&whole)) {
            return Ok(schema);
        }
        // What a server makes of one object depends on others where it has to choose another name than the first.
        let schema = if project.known.are_names_apart {
            self.build_apart(project, &statements, &base).await?
        } else {
            self.build_on_server(project, &statements).await?
        };
        self.keep(Some(&whole), &schema);
        Ok(schema)
    }

    /// The schema put together from what was read of its objects before; only the others are built.
    async fn build_apart(
        &mut self,
        project: &Project,
        statements: &[&Statement],
        base: &Key,
    ) -> Result<Schema, Fault> {
        let objects = Objects::of(statements);
        let keys = keys(&objects, base);
        let mut parts = Parts::new();
        for (name, key) in &keys {
            parts.extend(self.kept(Some(key)).map(|part| (name.clone(), part)));
        }
        let missing: Vec<&Option<Name>> = keys.keys().filter(|name| !parts.contains_key(name)).collect();
        if missing.len() == keys.len() {
            let schema = self.build_on_server(project, statements).await?;
            self.keep_apart(&schema, &keys);
            return Ok(schema);
        }
        if !missing.is_empty() {
            let building = objects.building(missing.iter().copied().flatten());
            let built = self.build_on_server(project, &building).await.ok();
            let Some(built) = built.and_then(|built| picked(built, &missing)) else {
                // Something needs what its text does not name; or the project is wrong, and the server says in what.
                return self.build_on_server(project, statements).await;
            };
            self.keep_parts(&built, &keys);
            parts.extend(built);
        }
        Ok(project::whole(parts.into_values()))
    }

    /// Keeps what a server made of each object, where these make up the whole.
    fn keep_apart(&mut self, schema: &Schema, keys: &BTreeMap<Option<Name>, Key>) {
        let (rest, objects) = project::apart(schema.clone());
        let parts = objects.into_iter().map(|(name, part)| (Some(name), part));
        let parts: Parts = parts.chain([(None, rest)]).collect();
        let is_whole = parts.keys().eq(keys.keys()) && project::whole(parts.values().cloned()) == *schema;
        if is_whole && project::have_first_names(schema) {
            self.keep_parts(&parts, keys);
        }
    }

    fn keep_parts(&mut self, parts: &Parts, keys: &BTreeMap<Option<Name>, Key>) {
        self.keep_all(parts.iter().filter_map(|(name, part)| Some((keys.get(name)?, part))));
    }

    async fn build_on_server(
        &mut self,
        project: &Project,
        statements: &[&Statement],
    ) -> Result<Schema, Fault> {
        self.objects_built += project::count(statements);
        let database = self.shadow().await?.create_database(None).await?;
        let session = connect::connect(&database.target, "lockkeeper read").await?;
        let schema = project::load(&session, project, statements).await;
        session.close().await;
        schema
    }
}

/// The key of each object, and of what belongs to none.
fn keys(objects: &Objects<'_>, base: &Key) -> BTreeMap<Option<Name>, Key> {
    let base = base.and(["apart"]).and(objects.shared().flat_map(project::texts));
    let keys = objects.own().map(|name| (Some(name.clone()), base.and(objects.texts(name))));
    keys.chain([(None, base.clone())]).collect()
}

/// The parts that were missing, where all of them were built.
fn picked(built: Schema, missing: &[&Option<Name>]) -> Option<Parts> {
    if !project::have_first_names(&built) {
        return None;
    }
    let (rest, mut built) = project::apart(built);
    let part = |name: &&Option<Name>| match name {
        Some(name) => built.remove(name).map(|part| (Some(name.clone()), part)),
        None => Some((None, rest.clone())),
    };
    missing.iter().map(part).collect()
}
