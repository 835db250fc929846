//! `lockkeeper verify`

use std::path::{Path, PathBuf};

use model::{Fault, Name};
use read::{Migrations, Reader, Reading, Source};
use verify::{Answer, Answers, Question};

use super::Ending;
use crate::answer;
use crate::args::VerifyArgs;
use crate::context::Context;
use crate::{environments, pair};

/// The folder that drizzle-kit writes to where its configuration names none.
const DEFAULT_FOLDER: &str = "drizzle";

pub(super) async fn run(context: &Context, args: &VerifyArgs) -> Result<Ending, Fault> {
    let sources = Sources::of(context, args)?;
    if let Some(live) = &sources.live {
        let wanted = sources.wanted.as_ref().unwrap_or(live);
        environments::guard(context, &args.compare, live, wanted).await?;
    }
    let major = match &sources.live {
        Some(source) => crate::stages::live_major(source, source).await?,
        None => None,
    };
    let reader = context.reader(major);
    let mut asking = Asking { context, args, reader, notes: Vec::new() };
    let answers = asking.answers(&sources).await?;
    if !answers.any_asked() {
        return Err(Fault::new("verify.nothing", "there is nothing to compare").help(
            "say --from SOURCE (or DATABASE_URL) for the live schema, and --to SOURCE or --migrations DIR for \
             what it should be",
        ));
    }
    answer::give(context.format, &answers, ToString::to_string)?;
    Ok(Ending::of(answers.equal))
}

/// What there is to compare; what nobody names is not there.
struct Sources {
    live: Option<Source>,
    wanted: Option<Source>,
}

impl Sources {
    /// A source that is named and cannot be is an error; one that nobody names is not.
    fn of(context: &Context, args: &VerifyArgs) -> Result<Self, Fault> {
        let unnamed = |fault: Fault| match fault.kind {
            "read.unnamed" => Ok(None),
            _ => Err(fault),
        };
        let live = context.from(&args.compare).map(Some).or_else(unnamed)?;
        let wanted = context.to(&args.compare).map(Some).or_else(unnamed)?;
        Ok(Self { live, wanted })
    }
}

struct Asking<'a> {
    context: &'a Context,
    args: &'a VerifyArgs,
    reader: Reader<'a>,
    notes: Vec<String>,
}

impl Asking<'_> {
    async fn answers(&mut self, sources: &Sources) -> Result<Answers, Fault> {
        let live = self.read(sources.live.as_ref()).await?;
        let wanted = self.read(sources.wanted.as_ref()).await?;
        let migrations = self.migrations(wanted.as_ref())?;
        let first = self.live(sources, live.as_ref(), wanted.as_ref()).await?;
        let second = self.made(sources, migrations.as_ref(), wanted.as_ref()).await?;
        let books = wanted.as_ref().and_then(|reading| reading.books.as_ref());
        let third = self.recorded(sources, migrations.as_ref(), books, live.as_ref()).await?;
        let mut notes = std::mem::take(&mut self.notes);
        notes.sort();
        notes.dedup();
        Ok(Answers::new(first, second, third, notes))
    }

    async fn read(&mut self, source: Option<&Source>) -> Result<Option<Reading>, Fault> {
        match source {
            Some(source) => self.reader.read(source).await.map(Some),
            None => Ok(None),
        }
    }

    /// The migrations of `--migrations`, of lockkeeper.toml, or of the folder the configuration writes to.
    fn migrations(&mut self, wanted: Option<&Reading>) -> Result<Option<Migrations>, Fault> {
        let named = self.args.migrations.clone().or_else(|| self.context.migrations_folder());
        let folder = match (named, wanted.and_then(|reading| reading.migrations.clone())) {
            (Some(named), _) => named,
            (None, Some(out)) if out.is_dir() => out,
            (None, _) => match self.default_folder() {
                Some(folder) => folder,
                None => return Ok(None),
            },
        };
        let mut migrations = read::migrations(&folder)?;
        self.notes.append(&mut migrations.notes);
        Ok(Some(migrations))
    }

    /// The folder that drizzle-kit makes without being told, where it holds migrations.
    fn default_folder(&self) -> Option<PathBuf> {
        let folder = self.context.folder.join(DEFAULT_FOLDER);
        let has_journal = folder.join("meta").join("_journal.json").is_file();
        has_journal.then_some(folder)
    }

    async fn live(
        &mut self,
        sources: &Sources,
        live: Option<&Reading>,
        wanted: Option<&Reading>,
    ) -> Result<Answer, Fault> {
        let question = Question::Live;
        match (live.zip(sources.live.as_ref()), wanted.zip(sources.wanted.as_ref())) {
            (None, _) => Ok(question.not_asked(NO_LIVE)),
            (_, None) => Ok(question.not_asked(NO_WANTED)),
            (Some((live, from)), Some((wanted, to))) => {
                let verification = self.compare(live.clone(), wanted.clone()).await?;
                Ok(question.asked(format!("live: {from}"), format!("wanted: {to}"), verification))
            }
        }
    }

    async fn made(
        &mut self,
        sources: &Sources,
        migrations: Option<&Migrations>,
        wanted: Option<&Reading>,
    ) -> Result<Answer, Fault> {
        let question = Question::Migrations;
        match (migrations, wanted.zip(sources.wanted.as_ref())) {
            (None, _) => Ok(question.not_asked(NO_MIGRATIONS)),
            (_, None) => Ok(question.not_asked(NO_WANTED)),
            (Some(migrations), Some((wanted, to))) => {
                let made = self.reader.run(&migrations.list).await?;
                let verification = self.compare(Reading::of(made), wanted.clone()).await?;
                Ok(question.asked(listed(migrations), format!("wanted: {to}"), verification))
            }
        }
    }

    async fn recorded(
        &mut self,
        sources: &Sources,
        migrations: Option<&Migrations>,
        books: Option<&Name>,
        live: Option<&Reading>,
    ) -> Result<Answer, Fault> {
        let question = Question::Recorded;
        let Some(migrations) = migrations else { return Ok(question.not_asked(NO_MIGRATIONS)) };
        let Some((live, source)) = live.zip(sources.live.as_ref()) else {
            return Ok(question.not_asked(NO_LIVE));
        };
        let Some(target) = source.target() else {
            return Ok(
                question.not_asked(format!("{source} is not a live database, which alone keeps records"))
            );
        };
        let session = connect::connect(target, "lockkeeper verify").await?;
        let recorded = read::recorded(&session, migrations, books).await;
        session.close().await;
        let recorded = match recorded {
            Ok(Some(recorded)) => recorded,
            Ok(None) => return Ok(question.not_asked(NO_RECORDS)),
            Err(fault) => return Ok(question.not_asked(fault.to_string())),
        };
        let made = self.reader.run(&recorded.applied).await?;
        let verification = self.compare(live.clone(), Reading::of(made)).await?;
        let wanted = format!("{} migrations recorded in {}", recorded.applied.len(), recorded.table);
        let pending = recorded.pending.iter().map(|name| format!("{name} is not applied yet"));
        self.notes.extend(pending);
        Ok(question.asked(format!("live: {source}"), wanted, verification).with_migrations(recorded.amiss))
    }

    async fn compare(&mut self, found: Reading, wanted: Reading) -> Result<verify::Verification, Fault> {
        let pair = pair::of(self.context, &mut self.reader, found, wanted).await?;
        self.notes.extend(pair.notes);
        verify::sync(&pair.from, &pair.to, &self.context.renames(&self.args.compare)?)
    }
}

const NO_LIVE: &str = "nothing names a live database (DATABASE_URL, or --from)";
const NO_WANTED: &str = "nothing names the wanted schema (a drizzle.config.ts, or --to)";
const NO_MIGRATIONS: &str = "there is no folder of migrations (out of drizzle.config.ts, or --migrations)";
const NO_RECORDS: &str =
    "the database has none of the tables that Drizzle, Prisma, Flyway and others record migrations in";

fn listed(migrations: &Migrations) -> String {
    format!("{} migrations of {}", migrations.list.len(), shown(&migrations.path))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
