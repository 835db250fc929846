//! `memory`.

use clap::{Args, Subcommand};

/// `memory`.
#[derive(Debug, Subcommand)]
pub enum MemoryCommand {
    /// Tell the memory something: one JSON record, or JSON lines, on standard input. Answers the ids.
    #[command(after_help = ADD)]
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

const ADD: &str = r#"Example: echo '{"type":"migration-strategy","operation":"ADD_COLUMN_WITH_DEFAULT","table":"funds",
"rowCount":5000000,"strategy":"constant default","success":true}' | lockkeeper memory add

"type" is needed: migration-strategy, safety-pattern, risk-assessment, rollback-procedure, or a word of your own.
operation, table, rowCount, rowsFrom, rowsTo, strategy, success, text, remedy, environment, date, validUntil and
supersedes (the id of the lesson whose place it takes) are understood; every other field is kept as what was claimed. Confidence is never taken over: it is earned by runs that go well."#;

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
    /// Its rows: 5000000 or 5M.
    #[arg(long, value_name = "N", value_parser = remember::count_of)]
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
