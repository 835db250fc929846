//! The stages before a plan is carried out, as check, diff, plan and the demo share them.

use std::collections::BTreeSet;

use assess::Judged;
use connect::Target;
use diff::{Ambiguity, Diff, Rename};
use model::{Assessment, Change, Fault, Name, Plan, Schema, Statistics};
use plan::Told;
use read::Source;

use crate::args::Format;
use crate::ask;
use crate::context::Context;
use crate::foresight::{self, Foresight};
use crate::inquiry::Inquiry;
use crate::pair::{self, Pair};
use crate::told;

/// Two schemas, read and compared.
pub struct Compared {
    /// The schema as it is.
    pub from: Schema,
    /// The schema as it is wanted.
    pub to: Schema,
    /// The changes between them, in order.
    pub changes: Vec<Change>,
    /// Drops and adds that look like renames and that nobody told apart.
    pub ambiguities: Vec<Ambiguity>,
    /// The major version everything is reckoned for.
    pub major: u32,
    /// `server_version_num` of the live database.
    pub server_version: Option<u32>,
    /// What the live database knows of its tables and traffic.
    pub statistics: Option<Statistics>,
    /// What the readers want told.
    pub notes: Vec<String>,
}

/// Reads both sources and compares them, with what the live database knows of its tables and traffic.
///
/// # Errors
/// Those of reading (`connect.…`, `read.…`, `shadow.…`) and of comparing (`diff.…`).
pub async fn compare(
    context: &Context,
    from: &Source,
    to: &Source,
    renames: &[Rename],
    dropped: &[String],
) -> Result<Compared, Fault> {
    let compared = compare_schemas(context, from, to, renames, dropped).await?;
    let Some(target) = from.target() else { return Ok(compared) };
    let touched = touched(&compared.changes, &compared.from, compared.major);
    let statistics = Some(statistics(target, &touched).await?);
    Ok(Compared { statistics, ..compared })
}

/// Reads both sources and compares them by their schemas alone.
///
/// # Errors
/// The same.
pub async fn compare_schemas(
    context: &Context,
    from: &Source,
    to: &Source,
    renames: &[Rename],
    dropped: &[String],
) -> Result<Compared, Fault> {
    let mut reader = context.reader(live_major(from, to).await?);
    let pair = pair::read(context, &mut reader, from, to).await?;
    let major = match pair.server_version {
        Some(version) => version / 10_000,
        None => reader.major().await?,
    };
    let diff = told_apart(context, &pair, renames, dropped)?;
    Ok(Compared {
        from: pair.from,
        to: pair.to,
        changes: diff.changes,
        ambiguities: diff.ambiguities,
        major,
        server_version: pair.server_version,
        statistics: None,
        notes: pair.notes,
    })
}

/// The changes between two schemas. Drops and adds that look alike are told apart by what was said before,
/// else by the person at the terminal, if there is one.
fn told_apart(context: &Context, pair: &Pair, renames: &[Rename], dropped: &[String]) -> Result<Diff, Fault> {
    let untold = |mut diff: Diff, dropped: &[String]| {
        diff.ambiguities.retain(|ambiguity| !dropped.contains(&ambiguity.dropped));
        diff
    };
    let dropped = &[dropped, &told::transformed(&context.config)].concat();
    let diff = untold(diff::diff(&pair.from, &pair.to, renames)?, dropped);
    if diff.ambiguities.is_empty() || context.format != Format::Text || !ask::can_ask() {
        return Ok(diff);
    }
    let asked = ask::renames(&diff.ambiguities)?;
    let renames = [renames, &asked.renames].concat();
    Ok(untold(diff::diff(&pair.from, &pair.to, &renames)?, &[dropped.as_slice(), &asked.dropped].concat()))
}

/// The major version of the live side, where there is one: files are then read by a server of that major.
pub async fn live_major(from: &Source, to: &Source) -> Result<Option<u32>, Fault> {
    let Some(target) = from.target().or_else(|| to.target()) else { return Ok(None) };
    let session = connect::connect(target, "lockkeeper check").await?;
    let major = session.server().major;
    session.close().await;
    Ok(Some(major))
}

/// The tables that changes are about, and those they read or write all rows of.
fn touched(changes: &[Change], from: &Schema, major: u32) -> BTreeSet<Name> {
    let worked = changes.iter().map(|change| Judged::of(change, from, major).effect);
    let worked = worked.flat_map(|effect| effect.rewrites.into_iter().chain(effect.scans));
    changes.iter().filter_map(Change::table).chain(worked).collect()
}

/// Sizes and traffic, with a look into each table that changes: whether it has rows decides a lot.
async fn statistics(target: &Target, touched: &BTreeSet<Name>) -> Result<Statistics, Fault> {
    let session = connect::connect(target, "lockkeeper check").await?;
    let mut statistics = read::statistics(&session).await?;
    for name in touched {
        if let Some(table) = statistics.tables.get_mut(name) {
            let seen = read::has_rows(&session, name).await;
            // Rows of a transaction that is still open are there, and nobody else sees them.
            let may_hide = table.heap_bytes > 0 && table.lock_holders > 0;
            table.has_rows = seen.filter(|seen| *seen || !may_hide);
        }
    }
    session.close().await;
    Ok(statistics)
}

/// Assesses what was compared, as a plain push would make it, by the schemas and statistics alone.
pub fn assess(compared: &Compared, critical: &BTreeSet<Name>) -> Assessment {
    assess_with(compared, critical, &Inquiry::default())
}

/// Assesses what was compared, with what was found out beside it.
pub fn assess_with(compared: &Compared, critical: &BTreeSet<Name>, inquiry: &Inquiry) -> Assessment {
    let renamed = assess::renamed(&compared.from, &compared.changes);
    let of = |change: &Change| {
        let schema = if is_rename(change) { &compared.from } else { &renamed };
        Judged::of(change, schema, compared.major)
    };
    let mut judged: Vec<Judged> = compared.changes.iter().map(of).collect();
    find(compared, &mut judged);
    assess::assess(assess::Input {
        from: &compared.from,
        to: compared.to.fingerprint(),
        server_version: compared.server_version,
        changes: judged,
        statistics: compared.statistics.as_ref(),
        critical_tables: critical,
        code_uses: inquiry.code_uses.as_ref(),
        preconditions: &inquiry.preconditions,
        live: inquiry.live.as_ref(),
        experience: &inquiry.experience,
        stall_budget_ms: inquiry.stall_budget_ms.unwrap_or(model::STALL_BUDGET_MS).into(),
        evidence: inquiry.evidence.clone(),
    })
}

fn is_rename(change: &Change) -> bool {
    matches!(change, Change::RenameTable { .. } | Change::RenameColumn { .. })
}

/// What the linter's rules find in the statements of a plain push, put to the change each belongs to.
fn find(compared: &Compared, judged: &mut [Judged]) {
    let mut text = String::new();
    let mut starts = Vec::new();
    for judged in judged.iter() {
        starts.push(1 + text.matches('\n').count());
        for sql in judged.change.sql() {
            text.push_str(sql.as_str());
            text.push_str(";\n");
        }
    }
    // Nobody sets a lock timeout for a push; to say so of every statement would say nothing.
    let mut config = lint::LintConfig::default();
    config.rules.insert("missing-lock-timeout".to_owned(), lint::Level::Off);
    let mut options = lint::Options::new(&config);
    options.schema = Some(&compared.from);
    options.pg_version = compared.major;
    for finding in lint::lint(&[lint::SourceFile::new("", text)], &options).findings {
        let at = starts.partition_point(|start| *start <= finding.line as usize);
        if let Some(judged) = judged.get_mut(at.saturating_sub(1)) {
            judged.findings.push(model::Finding { line: 0, column: 0, ..finding });
        }
    }
}

/// Makes the plan of what was compared.
///
/// # Errors
/// `diff.ambiguous` (a gate) where a drop and an add look alike and nobody told; `plan.nothing`.
pub fn plan(
    context: &Context,
    compared: &Compared,
    assessment: &Assessment,
    told: &Told,
) -> Result<Plan, Fault> {
    let is_open = |ambiguity: &&Ambiguity| !told.explains(&ambiguity.dropped, &ambiguity.added);
    if let Some(ambiguity) = compared.ambiguities.iter().find(is_open) {
        return Err(Fault::gate(
            "diff.ambiguous",
            format!("is {} renamed to {}, or dropped?", ambiguity.dropped, ambiguity.added),
        )
        .help(format!("say {}, or --drop {}", ambiguity.option, ambiguity.dropped)));
    }
    let foresight = Foresight::open(context)?;
    let mut plan = plan::plan(&plan::Input {
        from: &compared.from,
        to: &compared.to,
        changes: &compared.changes,
        server_major: compared.major,
        statistics: compared.statistics.as_ref(),
        stall_budget_ms: context.stall_budget_ms(),
        risk_before: assessment.risk.clone(),
        told,
        memory: Some(&foresight),
    })?;
    let advice = foresight::advice(context, &compared.changes);
    let failed = advice.as_ref().err().map(|fault| format!("the memory could not be asked: {fault}"));
    if let Some(warning) = foresight.warning().or(failed) {
        anstream::eprintln!("warning: {warning}");
    }
    plan.notes.extend(advice.unwrap_or_default().into_iter().map(|said| format!("memory: {said}")));
    Ok(plan)
}
