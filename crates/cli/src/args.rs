//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use model::{Category, PhaseName};

/// Takes a PostgreSQL schema change to production without downtime, without a lost row, and with a way
/// back at every step.
#[derive(Debug, Parser)]
#[command(name = "lockkeeper", version, propagate_version = true, max_term_width = 100, after_help = AFTER)]
pub struct Cli {
    /// Settings that every command takes.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

const AFTER: &str = "\
Start here:
  lockkeeper demo                        see the whole pipeline on a throwaway server
  lockkeeper check                       what would a push change, how risky is it, is it allowed
  lockkeeper plan -o migration/          phases, locks, times, and the way back
  lockkeeper rehearse migration/         prove it, forward and back, on a throwaway server
  lockkeeper apply migration/            do it; resumable, reversible

A SOURCE is a postgres:// URL, a drizzle.config.ts, a .ts file or folder of Drizzle schema, a .sql file
or folder of migrations, a snapshot .json, or git:REV:PATH of a file.

Exit codes: 0 nothing at or above the fail level; 1 findings, or a gate not passed; 2 the command could
not do its work.";

/// Settings that every command takes.
#[derive(Debug, Args)]
pub struct Global {
    /// How to answer: text for people, json for programs; check and lint also sarif, github, markdown.
    #[arg(long, global = true, default_value = "text", value_name = "FORMAT")]
    pub format: Format,
    /// Use this settings file instead of the nearest lockkeeper.toml.
    #[arg(long, global = true, value_name = "FILE", env = "LOCKKEEPER_CONFIG")]
    pub config: Option<PathBuf>,
    /// Never colour output (so does a NO_COLOR in the environment).
    #[arg(long, global = true)]
    pub no_color: bool,
    /// A throwaway server to use instead of starting one; databases are made on it and dropped again.
    #[arg(long, global = true, value_name = "URL", env = "LOCKKEEPER_SHADOW_URL", hide_env_values = true)]
    pub shadow_url: Option<String>,
    /// The environment to work on, by its name among the environments of lockkeeper.toml: its URL is the live
    /// database's, and its rules hold.
    #[arg(long, global = true, value_name = "NAME", env = "LOCKKEEPER_ENV")]
    pub env: Option<String>,
    /// Read every source anew (so does LOCKKEEPER_CACHE=off): nothing that was read before is used or kept.
    #[arg(long, global = true)]
    pub no_cache: bool,
    /// The PostgreSQL major version to work for, where no live database decides it.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u32).range(13..=18))]
    pub pg_version: Option<u32>,
}

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs: JSON alone on standard output.
    Json,
    /// SARIF 2.1.0, for code scanning (check, lint).
    Sarif,
    /// GitHub workflow commands, for annotations (check, lint).
    Github,
    /// Markdown, for a pull request's comment (check, lint).
    Markdown,
}

/// What lockkeeper does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Before a push: what would change, how risky is it, is it allowed.
    Check(CheckArgs),
    /// The plain SQL that takes one schema to the other.
    Diff(DiffArgs),
    /// Find what is dangerous in SQL migrations, without a database.
    Lint(LintArgs),
    /// Run SQL on a throwaway server and report what each statement did: locks, rewrites, scans.
    Trace(TraceArgs),
    /// Make a plan: phases, locks, predicted times, verification and the way back of each step.
    Plan(PlanArgs),
    /// Prove a plan on a throwaway server: forward, back at every phase, forward again.
    Rehearse(RehearseArgs),
    /// Carry a plan out on the live database; the same command resumes it after an interruption.
    Apply(ApplyArgs),
    /// Take back what a plan did; resumable like apply.
    Rollback(RollbackArgs),
    /// Which runs the live database's journal holds, and how far the last one is.
    Status(DatabaseArgs),
    /// Ask a run under way to stop at the next safe point, and stay stopped.
    Pause(DatabaseArgs),
    /// Let a paused run go on, and change what it goes by; a run that ended is started again with apply.
    Resume(ResumeArgs),
    /// Give up on a run: stop it, and let another plan begin.
    Abort(DatabaseArgs),
    /// Three questions: is the live schema the wanted one, do the migrations make it, and those recorded as applied?
    Verify(VerifyArgs),
    /// What earlier migrations taught.
    #[command(subcommand)]
    Memory(MemoryCommand),
    /// The whole pipeline on a throwaway server, under application traffic.
    Demo(DemoArgs),
    /// Shell completions, on standard output.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Two schemas.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The schema as it is: a SOURCE. Default: DATABASE_URL.
    #[arg(long, value_name = "SOURCE")]
    pub from: Option<String>,
    /// The schema as it is wanted: a SOURCE. Default: the drizzle.config.ts found from here upward.
    #[arg(long, value_name = "SOURCE")]
    pub to: Option<String>,
    /// Tell that a column or table is renamed, not dropped and added: public.funds.vintage=vintage_year.
    #[arg(long, value_name = "OLD=NEW")]
    pub rename: Vec<String>,
    /// Tell that a column or table is dropped, and not renamed to one that looks alike.
    #[arg(long, value_name = "OBJECT")]
    pub drop: Vec<String>,
}

/// `verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The live schema (`--from`) and the wanted one (`--to`).
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The folder of migrations. Default: `out` of the drizzle.config.ts.
    #[arg(long, value_name = "DIR")]
    pub migrations: Option<PathBuf>,
}

/// `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The two schemas.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// A table the application cannot do without (may be repeated).
    #[arg(long, value_name = "TABLE")]
    pub critical: Vec<String>,
    /// Exit with 1 from this category on.
    #[arg(long, value_name = "CATEGORY", default_value = "risky")]
    pub fail_on: FailOn,
    /// The longest one query of the live data may take, in seconds; 0 asks the data nothing. All together
    /// take at most six times as long.
    #[arg(long, value_name = "SECONDS", default_value = "5")]
    pub query_seconds: u32,
    /// The folder of the code that uses the schema, searched for uses of what goes. Default: the
    /// project's folder.
    #[arg(long, value_name = "DIR")]
    pub code: Option<PathBuf>,
    /// Say where the backup of production's data is, and when it was last tried; the checklist repeats it.
    #[arg(long, value_name = "TEXT")]
    pub backup: Option<String>,
    /// Run the project's own type checker (tsc --noEmit) for the checklist.
    #[arg(long)]
    pub type_check: bool,
}

/// From which category on the exit code is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Any change or finding.
    Safe,
    /// Risky and dangerous ones.
    Risky,
    /// Dangerous ones only.
    Dangerous,
    /// Never because of findings.
    Never,
}

impl FailOn {
    /// Whether a category is at or above the level.
    pub fn is_reached(self, category: Category) -> bool {
        match self {
            Self::Safe => true,
            Self::Risky => category >= Category::Risky,
            Self::Dangerous => category == Category::Dangerous,
            Self::Never => false,
        }
    }
}

/// `diff`.
#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The two schemas.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// Write the wanted schema as a snapshot, to be used as a SOURCE later.
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
}

/// `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// SQL files, or folders of them.
    #[arg(required_unless_present = "rules", value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,
    /// The schema the migrations start from: a SOURCE.
    #[arg(long, value_name = "SOURCE")]
    pub schema: Option<String>,
    /// Take each file as one transaction, as many migration runners do.
    #[arg(long)]
    pub assume_transaction: bool,
    /// Exit with 1 from this category on.
    #[arg(long, value_name = "CATEGORY", default_value = "risky")]
    pub fail_on: FailOn,
    /// Findings in this file are known: they are left out. Made with --write-baseline.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write today's findings as a baseline, and exit with 0.
    #[arg(long, value_name = "FILE")]
    pub write_baseline: Option<PathBuf>,
    /// Only files that changed since this git revision.
    #[arg(long, value_name = "REV")]
    pub since: Option<String>,
    /// List the rules.
    #[arg(long)]
    pub rules: bool,
    /// Write the fixes that rules offer into the files.
    #[arg(long)]
    pub fix: bool,
}

/// `trace`.
#[derive(Debug, Args)]
pub struct TraceArgs {
    /// SQL files.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Run on this server instead of a throwaway one, in one transaction that is rolled back. Its locks are
    /// held until then: say --yes as well.
    #[arg(long, value_name = "URL", conflicts_with = "schema")]
    pub on: Option<String>,
    /// Confirm that the statements may run on the server of --on.
    #[arg(long, requires = "on")]
    pub yes: bool,
    /// Build this schema first: a SOURCE.
    #[arg(long, value_name = "SOURCE")]
    pub schema: Option<String>,
    /// Fill every table of the schema with so many made-up rows first.
    #[arg(long, value_name = "N", requires = "schema")]
    pub rows: Option<u64>,
}

/// `plan`.
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// The two schemas.
    #[command(flatten)]
    pub compare: CompareArgs,
    /// The folder to write: plan.json, one SQL file a step, REVIEW.md.
    #[arg(short, long, value_name = "DIR")]
    pub out: PathBuf,
    /// A table the application cannot do without (may be repeated).
    #[arg(long, value_name = "TABLE")]
    pub critical: Vec<String>,
    /// Draft an entry for your project's CHANGELOG.md, in the plan's folder.
    #[arg(long)]
    pub changelog: bool,
    /// Draft an entry for your project's DECISIONS.md, in the plan's folder.
    #[arg(long)]
    pub decision: bool,
}

/// `rehearse`.
#[derive(Debug, Args)]
pub struct RehearseArgs {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// Rows of the largest table the plan works on, the others in proportion; or a share of the live rows.
    #[arg(long, value_name = "N|P%", default_value = "10000")]
    pub rows: RowsWanted,
    /// The live database, whose statistics say what the rows are like. Only its catalog is read.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Ask no live database: rows are made up from the schema alone.
    #[arg(long, conflicts_with_all = ["database", "sample"])]
    pub without_database: bool,
    /// Copy a sample of the live rows to the throwaway server instead of making rows up. It is removed with
    /// that server, and no value of it is written down.
    #[arg(long)]
    pub sample: bool,
    /// The application's statements in a second: WRITES:READS; 0:0 for none.
    #[arg(long, value_name = "W:R", default_value = "50:500")]
    pub traffic: traffic::Rate,
    /// How long the application is measured without a migration, in ms.
    #[arg(long, value_name = "MS", default_value = "1000")]
    pub baseline_ms: u64,
}

/// How many rows a rehearsal wants: a number, or a share of the live ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RowsWanted {
    /// So many in the largest table that the plan works on.
    Count(u64),
    /// This share of every table's rows, 0 to 1.
    Share(f64),
}

impl std::str::FromStr for RowsWanted {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fail = || format!("\"{text}\" is neither a number of rows nor a share such as 1%");
        match text.strip_suffix('%') {
            Some(percent) => {
                let percent = percent.trim().parse::<f64>().map_err(|_| fail())?;
                let is_share = percent > 0.0 && percent <= 100.0;
                is_share.then_some(Self::Share(percent / 100.0)).ok_or_else(fail)
            }
            None => text.replace('_', "").parse().map(Self::Count).map_err(|_| fail()),
        }
    }
}

/// A live database.
#[derive(Debug, Args)]
pub struct DatabaseArgs {
    /// The live database. Default: DATABASE_URL.
    #[arg(long, value_name = "URL")]
    pub database: Option<String>,
}

/// `resume`.
#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The live database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How long a step may wait for its locks, and for transactions that were open before it, from now on, in ms.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub lock_patience_ms: Option<u32>,
    /// How long a batch of a backfill should take from now on, in ms: smaller is gentler, larger faster.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub batch_ms: Option<u32>,
    /// The replica lag that stops a backfill from now on, in ms.
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub replica_lag_ms: Option<u32>,
    /// Whether a backfill goes on although archiving of WAL fails.
    #[arg(long, value_name = "yes|no", value_parser = ["yes", "no"])]
    pub ignore_archive: Option<String>,
}

/// `apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// The live database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Stop after this phase; naming it says that the gates up to it are open.
    #[arg(long, value_name = "PHASE")]
    pub until: Option<PhaseName>,
    /// The hash of the plan that was approved; or an APPROVED.toml in the plan's folder with hash, name and
    /// date. Needed where the environment asks for approval, as production does.
    #[arg(long, value_name = "HASH")]
    pub approve: Option<String>,
    /// Apply a plan that was not rehearsed where the environment asks for it, for this reason, which is
    /// recorded in the journal and in memory.
    #[arg(long, value_name = "REASON")]
    pub unrehearsed: Option<String>,
    /// How long a step may wait for its locks, and for transactions that were open before it, in ms. Then the
    /// run ends, names them, and goes on with the same command.
    #[arg(long, value_name = "MS", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub lock_patience_ms: u64,
    /// Check everything and print exactly what would be sent, but send nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `rollback`.
#[derive(Debug, Args)]
pub struct RollbackArgs {
    /// The folder of the plan.
    pub plan: PathBuf,
    /// The live database.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// The last phase that stays. Default: everything is taken back.
    #[arg(long, value_name = "PHASE")]
    pub to: Option<PhaseName>,
    /// How long a step may wait for its locks, and for transactions that were open before it, in ms. Then the
    /// run ends, names them, and goes on with the same command.
    #[arg(long, value_name = "MS", default_value_t = 300_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub lock_patience_ms: u64,
}

/// `memory`.
#[derive(Debug, Subcommand)]
pub enum MemoryCommand {
    /// Tell the memory something: one JSON record, or JSON lines, on standard input. Answers the ids.
    Add,
    /// Find what earlier migrations taught: fields filter, the rest of the text ranks.
    #[command(after_help = SEARCH)]
    Search(MemorySearchArgs),
    /// The ledger, newest first: runs, receipts, predictions, rehearsals, lessons.
    List(MemoryListArgs),
    /// One entry whole.
    Show(MemoryIdArgs),
    /// What a lesson or a number rests on.
    Explain(MemoryIdArgs),
    /// What the ledger counts up to: times, lock waits by hour, thresholds, scores of predictions.
    Stats(MemoryStatsArgs),
    /// How long an operation will take here, and what that rests on.
    Predict(MemoryPredictArgs),
    /// Write every entry as a line of JSON on standard output.
    Export,
    /// Read what export wrote from standard input; known entries stay as they are.
    Import(MemoryImportArgs),
    /// Remove for good what is remembered of a table, a run, a time, or the whole tenant.
    #[command(after_help = FORGET)]
    Forget(MemoryForgetArgs),
    /// Make the vectors that are missing, after a change of the embedding model; goes on where it stopped.
    Embed,
}

const FORGET: &str = "\
What is removed: entries, and the documents, words and vectors made from them, from the pages of the file and
from its log. In PostgreSQL rows are removed and vacuumed; its WAL and backups keep what they hold, and so do
exports. `retention_days` under [memory] in lockkeeper.toml does the same as --older-than after every run.";

const SEARCH: &str = "\
Example: lockkeeper memory search 'operation:ADD_COLUMN table:funds rows:>1000000 long transactions at night' -k 5

Fields: operation, table, rows, type, recipe, outcome, env, version, run, bytes, ms, lock_hold, lock_wait, stall,
since, until, rehearsal, claimed. Values: a word, \"quoted text\", >, >=, <, <=, a range 1k..5M, a list a,b, a
date or an age such as 30d; a minus in front negates. Fields filter; where fewer than k answers remain they are
relaxed in a fixed order, and the answer says which: stall, lock_wait, lock_hold, ms, bytes, rows, since,
until, version, env, outcome, recipe, operation, table.";

/// `memory search`.
#[derive(Debug, Args)]
pub struct MemorySearchArgs {
    /// What to look for.
    #[arg(required = true)]
    pub question: Vec<String>,
    /// How many answers.
    #[arg(short = 'k', long, default_value = "5")]
    pub limit: usize,
}

/// `memory list`.
#[derive(Debug, Args)]
pub struct MemoryListArgs {
    /// How many at most.
    #[arg(short = 'k', long, default_value = "20")]
    pub limit: u32,
    /// Only entries about this table.
    #[arg(long, value_name = "TABLE")]
    pub table: Option<remember::TableName>,
    /// Only entries of this run.
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
}

/// `memory show` and `memory explain`.
#[derive(Debug, Args)]
pub struct MemoryIdArgs {
    /// The entry's id, or the beginning of it.
    pub id: String,
}

/// `memory stats`.
#[derive(Debug, Args)]
pub struct MemoryStatsArgs {
    /// Only of this operation.
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<model::Operation>,
    /// Only on this table.
    #[arg(long, value_name = "TABLE")]
    pub table: Option<remember::TableName>,
}

/// `memory predict`.
#[derive(Debug, Args)]
pub struct MemoryPredictArgs {
    /// The operation: ADD_COLUMN, CREATE_INDEX, …
    #[arg(long, value_name = "OPERATION")]
    pub operation: model::Operation,
    /// The table.
    #[arg(long, value_name = "TABLE")]
    pub table: Option<remember::TableName>,
    /// Its rows.
    #[arg(long, value_name = "N")]
    pub rows: Option<f64>,
    /// The recipe; the one used last where none is named.
    #[arg(long, value_name = "RECIPE")]
    pub recipe: Option<String>,
}

/// `memory import`.
#[derive(Debug, Args)]
pub struct MemoryImportArgs {
    /// Take entries of other tenants as this tenant's own.
    #[arg(long)]
    pub adopt: bool,
}

/// `memory forget`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true).args(["table", "run", "older_than", "tenant"]))]
pub struct MemoryForgetArgs {
    /// Everything about this table.
    #[arg(long, value_name = "TABLE")]
    pub table: Option<remember::TableName>,
    /// Everything of this run; lessons that rested on it are judged anew without it.
    #[arg(long, value_name = "RUN")]
    pub run: Option<String>,
    /// Receipts, predictions and rehearsals older than so many days; lessons stay.
    #[arg(long, value_name = "DAYS")]
    pub older_than: Option<u32>,
    /// Everything of this memory's tenant, whose name has to be written out.
    #[arg(long, value_name = "TENANT")]
    pub tenant: Option<remember::Tenant>,
    /// Say what would be removed, and remove nothing.
    #[arg(long)]
    pub dry_run: bool,
}

/// `demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Which change to make.
    #[arg(default_value = "vintage", value_name = "SCENARIO")]
    pub scenario: demo::Scenario,
    /// Rows of the scenario's main table; full size: 5000000 for vintage, 2000000 for stages, 500000 for cascade.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub rows: Option<u64>,
    /// The application's statements in a second: WRITES:READS.
    #[arg(long, value_name = "W:R", default_value = "50:500")]
    pub traffic: traffic::Rate,
    /// How long the application is measured without a migration, in seconds.
    #[arg(long, value_name = "S", default_value = "5")]
    pub baseline_seconds: u64,
    /// Do not measure what a direct push would have done to the application.
    #[arg(long)]
    pub no_push: bool,
    /// Measure the textbook's plan beside ours: nullable column, batches of 10,000 rows, constraint, NOT NULL.
    #[arg(long)]
    pub textbook: bool,
    /// How long nothing may be deleted from funds before the gate of cascade opens, in seconds.
    #[arg(long, value_name = "S", default_value = "10")]
    pub watch_seconds: u64,
    /// Keep the wanted schema and the plan in this folder, which must not exist yet.
    #[arg(long, value_name = "DIR")]
    pub keep: Option<PathBuf>,
}
