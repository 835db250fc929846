//! `lockkeeper demo`

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use ::demo::{Applied, DemoOptions, Pipeline, Rehearsed, Remembered, Verified};
use ::plan::Told;
use connect::{Session, Target};
use model::{Assessment, Fault, Fingerprint, PhaseName, Plan, Progress};
use read::{Reader, Source};
use remember::{Kind, Memory};
use shadow::{Database, Shadow};

use super::Ending;
use crate::args::DemoArgs;
use crate::carry::{self, Reach};
use crate::context::Context;
use crate::{answer, config, planfolder, rehearsing, stages, told};

pub(super) async fn run(context: &Context, args: &DemoArgs) -> Result<Ending, Fault> {
    let options = DemoOptions {
        rows: args.rows,
        rate: args.traffic,
        baseline: Duration::from_secs(args.baseline_seconds),
        major: context.pg_version,
        shadow_url: context.shadow_url.clone(),
        push: !args.no_push,
        textbook: args.textbook,
        project: example_project(),
        watched: Duration::from_secs(args.watch_seconds),
        keep: args.keep.clone(),
        ..DemoOptions::of(args.scenario)
    };
    let pipeline = Commands { context, before: receipts(&context.memory()?)? };
    let report = ::demo::run(&pipeline, &options, &context.progress).await?;
    answer::give(context.format, &report, ::demo::Report::text)?;
    Ok(Ending::of(report.passed()))
}

/// The example's Drizzle project, where this program runs in its checkout and the project's packages are
/// installed. Elsewhere the demo takes the same schema in SQL; a test keeps both equal.
fn example_project() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    let project =
        here.ancestors().map(|folder| folder.join("examples/funds")).find(|folder| folder.is_dir())?;
    let is_installed = project.join("node_modules/drizzle-orm").is_dir();
    is_installed.then(|| project.join("drizzle.config.ts"))
}

/// How many receipts of steps the memory holds.
fn receipts(memory: &Memory) -> Result<u64, Fault> {
    let selection = remember::Selection { kind: Some(Kind::Step), ..remember::Selection::default() };
    Ok(memory.entries(&selection)?.len() as u64)
}

/// The commands of this program as the demo drives them.
struct Commands<'a> {
    context: &'a Context,
    /// Receipts that were in the memory before the demo.
    before: u64,
}

impl Commands<'_> {
    async fn compared(&self, database: &Target, wanted: &Path) -> Result<stages::Compared, Fault> {
        let from = Source::Live(Box::new(database.clone()));
        let to = Source::parse(&wanted.to_string_lossy())?;
        let dropped = Self::settings(wanted)?.map(|settings| told::transformed(&settings.config));
        stages::compare(self.context, &from, &to, &[], &dropped.unwrap_or_default()).await
    }

    /// What the settings beside the wanted schema tell.
    async fn told(database: &Target, wanted: &Path) -> Result<Told, Fault> {
        match Self::settings(wanted)? {
            Some(settings) => told::load(&settings.config, &settings.folder, Some(database)).await,
            None => Ok(Told::default()),
        }
    }

    /// The settings beside the wanted schema, where there are any.
    fn settings(wanted: &Path) -> Result<Option<config::Loaded>, Fault> {
        let file = wanted.with_file_name(config::FILE_NAME);
        if file.is_file() { config::load(Some(&file), wanted).map(Some) } else { Ok(None) }
    }

    /// The demo's main table is the one its application cannot do without.
    fn assess(compared: &stages::Compared) -> Assessment {
        let critical = compared.changes.iter().filter_map(model::Change::table).collect();
        stages::assess(compared, &critical)
    }
}

impl Pipeline for Commands<'_> {
    async fn check(&self, database: &Target, wanted: &Path) -> Result<Assessment, Fault> {
        Ok(Self::assess(&self.compared(database, wanted).await?))
    }

    async fn plan(&self, database: &Target, wanted: &Path, folder: &Path) -> Result<Plan, Fault> {
        let compared = self.compared(database, wanted).await?;
        let told = Self::told(database, wanted).await?;
        let plan = stages::plan(self.context, &compared, &Self::assess(&compared), &told)?;
        planfolder::write(folder, &plan, &compared.from, &compared.to)?;
        Ok(plan)
    }

    async fn rehearse(
        &self,
        plan: &Path,
        server: &Shadow,
        copy: &Database,
        progress: &dyn Progress,
    ) -> Result<Rehearsed, Fault> {
        let options = rehearse::Options { stop: self.context.stop.clone(), ..rehearse::Options::default() };
        let place = rehearse::Place { server, database: copy };
        let rehearsal = rehearsing::rehearse(self.context, plan, place, &options, progress).await?;
        Ok(Rehearsed {
            arrived: rehearsal.arrived,
            rolled_back: rehearsal.rolled_back,
            confidence: Some(rehearsing::confidence(&rehearsal)),
            notes: rehearsal.problems,
        })
    }

    async fn apply(
        &self,
        plan: &Path,
        database: &Target,
        until: Option<PhaseName>,
        progress: &dyn Progress,
    ) -> Result<Applied, Fault> {
        let reach = Reach { phase: until, ..Reach::default() };
        let run = carry::apply(self.context, plan, database, &reach, progress).await?;
        Ok(applied(run))
    }

    fn apply_command(
        &self,
        plan: &Path,
        database: &Target,
        until: Option<PhaseName>,
    ) -> Result<Command, Fault> {
        let program = std::env::current_exe()
            .map_err(|error| Fault::new("demo.self", "this program's own file is not known").cause(error))?;
        let mut command = Command::new(program);
        command
            .arg("apply")
            .arg(plan)
            .arg("--format")
            .arg("json")
            .env("DATABASE_URL", database.url_with_password());
        if let Some(until) = until {
            command.arg("--until").arg(until.name());
        }
        command.current_dir(&self.context.folder);
        Ok(command)
    }

    async fn step_under_way(&self, session: &Session) -> Result<Option<String>, Fault> {
        ::apply::step_under_way(session).await
    }

    async fn rollback(
        &self,
        plan: &Path,
        database: &Target,
        to: Option<PhaseName>,
        progress: &dyn Progress,
    ) -> Result<Applied, Fault> {
        let reach = Reach { phase: to, ..Reach::default() };
        let run = carry::rollback(self.context, plan, database, &reach, progress).await?;
        Ok(applied(run))
    }

    async fn verify(&self, database: &Target, wanted: &Path) -> Result<Verified, Fault> {
        let compared = self.compared(database, wanted).await?;
        let verification = verify::sync(&compared.from, &compared.to, &[])?;
        let differences = verification.differences();
        let lines =
            differences.map(|difference| format!("{}: {}", difference.object, difference.what.join("; ")));
        Ok(Verified { equal: verification.equal, differences: lines.collect() })
    }

    async fn fingerprint(&self, database: &Target) -> Result<Fingerprint, Fault> {
        let mut reader = Reader::new(self.context.shadow(None), &model::Silent);
        Ok(reader.read(&Source::Live(Box::new(database.clone()))).await?.schema.fingerprint())
    }

    async fn remembered(&self) -> Result<Remembered, Fault> {
        let options = self.context.memory_options()?;
        let place = match &options.store {
            remember::StoreChoice::Sqlite(file) => file.clone(),
            remember::StoreChoice::Postgres(target) => PathBuf::from(target.to_string()),
        };
        let now = receipts(&Memory::open(&options)?)?;
        Ok(Remembered {
            receipts: now.saturating_sub(self.before),
            place,
            command: "lockkeeper memory list".to_owned(),
        })
    }
}

fn applied(run: ::apply::RunReport) -> Applied {
    Applied { run: run.receipt.run, outcome: run.receipt.outcome, steps: run.steps }
}
