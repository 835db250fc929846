//! From a path to a project.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Fault, Ident};
use serde_json::Value;

use crate::config::{self, Config};
use crate::ddl::{Builder, Generation, ident, qualified, view_name};
use crate::described::{Answer, Described, TableText};
use crate::files::Files;
use crate::filter::Filter;
use crate::installed::{self, Installed};
use crate::locate::{self, Input};
use crate::modules::Learned;
use crate::note::Note;
use crate::options::Options;
use crate::origin::Origin;
use crate::project::{Column, Export, Project, Table};
use crate::proof;
use crate::resolve::package_name;
use crate::sandbox::{Evaluated, Evaluation, Setup};
use crate::seen::Seen;

/// Reads the Drizzle project that `path` points at: a drizzle.config file, a schema file, or a folder of either.
///
/// The project's code runs in a sandbox that sees the project's files and its packages, and nothing else: no
/// network, no process, no clock. What it cannot know it answers with placeholders, and shows by evaluating again
/// with other answers that they do not reach the schema; if they do, that is an error.
///
/// # Errors
/// A fault that says what in the project is in the way, with file, line and column where there is a place.
pub fn read(path: &Path, options: &Options) -> Result<Project, Fault> {
    let input = locate::input(path)?;
    let folder = input.folder();
    let root = locate::root(&folder);
    let files = Arc::new(Files::new(root.clone()));
    let reading = Reading { files, folder, options };
    let (config, schema, notes) = match input {
        Input::Config(path) => {
            let (config, notes) = reading.config(&path)?;
            let schema = locate::schema_files(&reading.folder, &root, &config.schema)?;
            (Some(config), schema, notes)
        }
        Input::Files(files) => (None, files, Vec::new()),
    };
    let patterns = config.as_ref().map(|config| (reading.folder.clone(), config.schema.clone()));
    let seen = Seen::new(path, &root, patterns, schema.clone());
    let project = reading.schema(config, &schema, notes)?;
    Ok(Project { seen: seen.with(reading.files.seen()), ..project })
}

struct Reading<'a> {
    files: Arc<Files>,
    folder: PathBuf,
    options: &'a Options,
}

impl Reading<'_> {
    fn setup(&self, files: Vec<PathBuf>) -> Setup {
        Setup {
            files,
            folder: self.folder.clone(),
            environment: self.options.environment.clone(),
            casing: None,
            recent: false,
            vary: Vec::new(),
            keep: Vec::new(),
            turn: None,
        }
    }

    fn evaluation<'r>(&'r self, entry: &'static str, home: &'r Path, setup: Setup) -> Evaluation<'r> {
        Evaluation {
            files: Arc::clone(&self.files),
            entry,
            home,
            setup,
            options: self.options,
            learned: Learned::default(),
            decisions: false,
        }
    }

    fn config(&self, path: &Path) -> Result<(Config, Vec<Note>), Fault> {
        if path.extension().is_some_and(|e| e == "json") {
            let wrong = |error: Box<dyn std::error::Error + Send + Sync>| {
                Fault::new("drizzle.config", format!("cannot read {}", path.display())).cause(error)
            };
            let text = self.files.read(path).map_err(|error| wrong(error.into()))?;
            let written = serde_json::from_str(&text).map_err(|error| wrong(error.into()))?;
            return Ok((config::understood(path, written)?, Vec::new()));
        }
        let evaluation =
            self.evaluation(include_str!("js/config.js"), path, self.setup(vec![path.to_owned()]));
        let evaluated = proof::proved(&evaluation)?;
        let mut answer: Value = parsed(&evaluated.answer)?;
        Ok((config::understood(path, answer["config"].take())?, notes(&evaluated)))
    }

    fn schema(
        &self,
        config: Option<Config>,
        schema: &[PathBuf],
        mut notes_so_far: Vec<Note>,
    ) -> Result<Project, Fault> {
        let home = schema.first().cloned().unwrap_or_default();
        let installed = installed::find(&self.files, &home)?;
        let casing = config.as_ref().and_then(|config| config.casing);
        let setup = Setup {
            casing: casing.map(|casing| casing.name().to_owned()),
            recent: installed.recent,
            ..self.setup(schema.to_vec())
        };
        let evaluation = self.evaluation(include_str!("js/describe.js"), &home, setup);
        let evaluated = proof::proved(&evaluation)?;
        let described = described(&evaluation, &evaluated)?;
        refuse_lost_exports(&evaluation, &evaluated)?;
        notes_so_far.extend(notes(&evaluated));
        let project = self.project(&described, &evaluated, &installed, notes_so_far)?;
        Ok(Project {
            out: config.as_ref().and_then(|config| config.out.clone()),
            books: config.as_ref().and_then(|config| config.books.clone()),
            filter: config.map_or_else(Filter::default, |config| config.filter),
            casing,
            ..project
        })
    }

    fn project(
        &self,
        described: &Described,
        evaluated: &Evaluated,
        installed: &Installed,
        mut notes: Vec<Note>,
    ) -> Result<Project, Fault> {
        let origin = Origin::new(&evaluated.scripts, &self.files);
        let generation = if installed.recent { Generation::One } else { Generation::Zero };
        let mut builder = Builder::new(described, generation, &origin);
        builder.build()?;
        notes.append(&mut builder.notes);
        notes.extend(described.passed_over.iter().map(|export| Note::PassedOver { export: export.clone() }));
        notes.sort();
        notes.dedup();
        let managed_roles = described.roles.iter().filter(|role| !role.existing);
        Ok(Project {
            extensions: builder.extensions(),
            schemas: builder.managed_schemas().map(ident).collect(),
            statements: std::mem::take(&mut builder.statements),
            known: std::mem::take(&mut builder.known.known),
            tables: described.tables.iter().map(|table| named(table, &origin)).collect(),
            views: described.views.iter().filter(|view| !view.existing).map(view_name).collect(),
            roles: managed_roles.map(|role| ident(&role.name)).collect(),
            external: std::mem::take(&mut builder.external).into_iter().collect(),
            filter: Filter::default(),
            out: None,
            books: None,
            casing: None,
            drizzle_version: installed.version.clone(),
            notes,
            files: self.files.files_read(),
            seen: Seen::default(),
        })
    }
}

fn named(table: &TableText, origin: &Origin<'_>) -> Table {
    let exports = table.origins.iter().map(|(file, name)| Export { file: file.clone(), name: name.clone() });
    let mut exports: Vec<Export> = exports.collect();
    if let Some((declaring, _)) = origin.declaration(&table.origins) {
        exports.sort_by_key(|export| export.file != declaring);
    }
    let columns = table.columns.iter().map(|column| {
        let place = origin.key(&table.origins, &column.key);
        Column {
            key: column.key.clone(),
            name: Ident::new(&column.name).truncated(),
            line: place.as_ref().map_or(0, |place| place.line),
            column: place.as_ref().map_or(0, |place| place.column),
        }
    });
    Table { name: qualified(table.schema.as_deref(), &table.name), exports, columns: columns.collect() }
}

fn parsed<T: serde::de::DeserializeOwned>(answer: &str) -> Result<T, Fault> {
    serde_json::from_str(answer).map_err(|error| {
        Fault::new("drizzle.engine", "the description of the schema cannot be understood").cause(error)
    })
}

fn described(evaluation: &Evaluation<'_>, evaluated: &Evaluated) -> Result<Described, Fault> {
    match parsed(&evaluated.answer)? {
        Answer::Described(described) => Ok(*described),
        Answer::Refused(refused) => {
            let all = || evaluated.stand_ins.keys().cloned().collect::<Vec<String>>().join("\", \"");
            let module = if refused.module.is_empty() { all() } else { refused.module.clone() };
            let fault =
                proof::stand_in_fault(&[&refused.whole(), " (", &refused.path, ")"].concat(), &module);
            Err(match proof::import_place(evaluation, evaluated, &module) {
                Some(place) => fault.at(place),
                None => fault,
            })
        }
    }
}

/// A schema file that passes on all of a module that is not there has lost what may be tables.
fn refuse_lost_exports(evaluation: &Evaluation<'_>, evaluated: &Evaluated) -> Result<(), Fault> {
    let mut passing: BTreeSet<&Path> = evaluation.setup.files.iter().map(PathBuf::as_path).collect();
    loop {
        let more = evaluated.star_edges.iter().filter(|(from, _)| passing.contains(from.as_path()));
        let more: Vec<&Path> = more.map(|(_, to)| to.as_path()).filter(|to| !passing.contains(to)).collect();
        if more.is_empty() {
            break;
        }
        passing.extend(more);
    }
    let Some((file, module)) = evaluated.lost_stars.iter().find(|(file, _)| passing.contains(file.as_path()))
    else {
        return Ok(());
    };
    let fault = proof::stand_in_fault(&format!("what {} exports", file.display()), module);
    Err(match proof::import_place(evaluation, evaluated, module) {
        Some(place) => fault.at(place),
        None => fault,
    })
}

fn notes(evaluated: &Evaluated) -> Vec<Note> {
    let stand_ins = evaluated.stand_ins.iter().map(|(module, importer)| Note::StandIn {
        module: module.clone(),
        importer: importer.clone(),
        failed: failure(evaluated, module),
    });
    let seen = evaluated.sightings.keys().filter_map(|seen| match seen.kind.as_str() {
        "environment" => Some(Note::Environment { variable: seen.name.clone() }),
        "clock" => Some(Note::Clock),
        "random" => Some(Note::Random),
        _ => None,
    });
    let all: BTreeMap<Note, ()> = stand_ins.chain(seen).map(|note| (note, ())).collect();
    all.into_keys().collect()
}

/// What a package said when it failed, if that is why it was stood in for.
fn failure(evaluated: &Evaluated, module: &str) -> Option<String> {
    evaluated.learned.broken.get(package_name(module)).cloned()
}
