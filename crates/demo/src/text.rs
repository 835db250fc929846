//! The report as one page of text.

use std::fmt::Write as _;

use model::{Interval, count_text, ms_text};

use crate::report::*;

/// The columns a page has at most.
const WIDTH: usize = 100;

/// The report as one page. It reads nothing but the report, which is also the JSON.
pub(crate) fn page(report: &Report) -> String {
    let parts = [
        heading(report),
        push(report),
        plan(report),
        comparison(report),
        proofs(report),
        application(report),
    ];
    let page = parts.join("\n");
    page.lines().map(|line| cut(line.trim_end())).collect::<Vec<_>>().join("\n") + "\n"
}

fn heading(report: &Report) -> String {
    let table = count_text(report.rows);
    format!("{}: {}\n{table} rows, {}\n", report.scenario, report.title, report.server)
}

fn push(report: &Report) -> String {
    let push = &report.push;
    let mut text =
        format!("A direct push would be {}, risk {:.0} {}\n", push.category, push.risk, push.level);
    let rows = report.changes.iter().map(|change| {
        let risk = format!("{:.0} {}", change.risk, change.level);
        vec![change.operation.to_string(), change.object.clone(), change.category.to_string(), risk]
    });
    text.push_str(&aligned(rows.collect(), &[Side::Left; 4]));
    for flag in &push.red_flags {
        let _ = writeln!(text, "  ! {flag}");
    }
    text
}

fn plan(report: &Report) -> String {
    let plan = &report.plan;
    let hash = plan.hash.get(..12).unwrap_or(&plan.hash);
    let mut text = format!("The plan {hash}: {} steps, risk {:.0} {}\n", plan.steps, plan.risk, plan.level);
    let head = ["phase", "step", "strongest lock", "predicted", "took", "held", "waited"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for phase in &report.phases {
        let of_phase = report.steps.iter().filter(|step| step.phase == phase.name);
        rows.extend(of_phase.map(|step| {
            vec![
                phase.name.to_string(),
                step.title.clone(),
                step.lock.clone().unwrap_or_else(|| "-".to_owned()).to_lowercase(),
                interval(&step.predicted_ms),
                ms_text(step.ms),
                ms_text(step.lock_hold_ms),
                ms_text(step.lock_wait_ms),
            ]
        }));
        let total = vec![phase.name.to_string(), "together".to_owned(), String::new(), String::new()];
        let times = [phase.ms, phase.lock_hold_ms, phase.lock_wait_ms].map(ms_text);
        rows.push(total.into_iter().chain(times).collect());
    }
    use Side::{Left, Right};
    text.push_str(&aligned(rows, &[Left, Left, Left, Right, Right, Right, Right]));
    for note in &plan.notes {
        let _ = writeln!(text, "  - {note}");
    }
    if let Some(folder) = &plan.folder {
        let _ = writeln!(text, "  - kept in {folder}");
    }
    text
}

/// The plan beside its bare statements and beside a direct push.
fn comparison(report: &Report) -> String {
    let mut head = vec![String::new(), "this plan".to_owned(), "its bare SQL".to_owned()];
    let mut rows = vec![
        vec!["total time".to_owned(), ms_text(report.total_ms), ms_text(report.bare_ms)],
        stalls("longest read", |stall| stall.read, report),
        stalls("longest write", |stall| stall.write, report),
        vec![
            "failed statements".to_owned(),
            count_text(report.failed_statements),
            count_text(report.bare.failed_statements),
        ],
    ];
    if let Some(push) = &report.push.measured {
        head.push("direct push".to_owned());
        let stall = push.stall_ms;
        let column =
            [ms_text(push.ms), ms_text(stall.read), ms_text(stall.write), count_text(push.failed_statements)];
        rows.iter_mut().zip(column).for_each(|(row, cell)| row.push(cell));
    }
    head.push("no migration".to_owned());
    let baseline = report.baseline_ms;
    let column = ["-".to_owned(), ms_text(baseline.read), ms_text(baseline.write), "-".to_owned()];
    rows.iter_mut().zip(column).for_each(|(row, cell)| row.push(cell));
    rows.insert(0, head);
    let sides = [Side::Left, Side::Right, Side::Right, Side::Right, Side::Right];
    let text = format!("Side by side, each under the same traffic\n{}", aligned(rows, &sides));
    let errors = report.push.measured.iter().flat_map(|push| &push.statements);
    let errors = errors.filter_map(|statement| statement.error.as_ref());
    errors.fold(text, |text, error| format!("{text}  ! the direct push failed: {error}\n"))
}

fn stalls(name: &str, of: fn(&Stall) -> f64, report: &Report) -> Vec<String> {
    vec![name.to_owned(), ms_text(of(&report.stall_ms)), ms_text(of(&report.bare.stall_ms))]
}

fn proofs(report: &Report) -> String {
    let mut text = "What was proved\n".to_owned();
    let mut line = |holds: bool, what: String| {
        let _ = writeln!(text, "  {} {what}", if holds { "yes" } else { "NO " });
    };
    let rehearsal = &report.rehearsal;
    let confidence = rehearsal.result.confidence.map(|earned| format!(", confidence {earned:.0}"));
    line(
        rehearsal.result.arrived && rehearsal.result.rolled_back,
        format!("rehearsed forward and back in {}{}", ms_text(rehearsal.ms), confidence.unwrap_or_default()),
    );
    let killed = &report.killed;
    line(
        report.resumed,
        format!(
            "killed (signal {}) {} into \"{}\", resumed to the end in {}",
            killed.signal,
            ms_text(killed.into_step_ms),
            killed.title,
            ms_text(report.resume.ms)
        ),
    );
    line(
        report.rolled_back,
        format!("rolled back in {}, to the schema of the start", ms_text(report.rollback.ms)),
    );
    line(report.differences.is_empty(), "the live schema equals the wanted one".to_owned());
    for (holds, what) in accounts(report) {
        line(holds, what);
    }
    for difference in &report.differences {
        let _ = writeln!(text, "      {difference}");
    }
    let memory = &report.memory;
    let receipts = count_text(memory.receipts);
    let _ = writeln!(text, "  {receipts} receipts in {}: {}", memory.place.display(), memory.command);
    text
}

/// The rows of every table, before and after.
fn accounts(report: &Report) -> Vec<(bool, String)> {
    let audit = &report.audit;
    let tables = audit.tables.values();
    let sum = |of: fn(&traffic::TableAudit) -> u64| count_text(tables.clone().map(of).sum());
    let rows = format!(
        "{} rows + {} inserted - {} deleted = {} expected, {} found, {} lost",
        sum(|table| table.rows_before),
        sum(|table| table.inserted),
        sum(|table| table.deleted),
        sum(|table| table.rows_expected),
        sum(|table| table.rows_found),
        count_text(report.rows_lost)
    );
    let values = format!(
        "{} rows hold the last value that was acknowledged, {} do not; no other row was altered",
        sum(|table| table.updated - table.values_lost.min(table.updated)),
        count_text(audit.values_lost)
    );
    let values_hold =
        audit.values_lost == 0 && audit.tables.values().all(|table| table.altered != Some(true));
    vec![
        (report.rows_lost == 0 && audit.tables.values().all(|table| table.rows_surplus == 0), rows),
        (values_hold, values),
    ]
}

fn application(report: &Report) -> String {
    let application = &report.application;
    let (writes, reads) = (application.rate.writes_per_s, application.rate.reads_per_s);
    let mut text = format!("The application: {writes} writes and {reads} reads a second\n");
    let head = ["while", "for", "reads", "p99", "longest", "writes", "p99", "longest", "failed", "late"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(application.windows.iter().map(|window| {
        vec![
            window.name.clone(),
            ms_text(window.ms),
            count_text(window.read.count),
            ms_text(window.read.p99_ms),
            ms_text(window.read.worst_ms),
            count_text(window.write.count),
            ms_text(window.write.p99_ms),
            ms_text(window.write.worst_ms),
            count_text(window.failed),
            ms_text(window.late_ms),
        ]
    }));
    let sides: Vec<Side> = std::iter::once(Side::Left).chain([Side::Right; 9]).collect();
    text.push_str(&aligned(rows, &sides));
    let retried: u64 = application.windows.iter().map(|window| window.retried).sum();
    let _ = writeln!(
        text,
        "  {} statements were prepared anew, as drivers do, because SELECT * has other columns now;\n  \
         late: this machine was so late to send a statement, which is none of the server's time",
        count_text(retried)
    );
    for failure in &application.failures {
        let state = failure.sqlstate.as_deref().unwrap_or("no answer");
        let _ =
            writeln!(text, "  ! {} x {} ({state}): {}", failure.count, failure.statement, failure.message);
    }
    text
}

fn interval(predicted: &Interval) -> String {
    format!("{} ({}-{})", ms_text(predicted.p50), ms_text(predicted.p10), ms_text(predicted.p90))
}

/// To which side a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// Rows of cells as lines with aligned columns, two spaces in and two between.
fn aligned(rows: Vec<Vec<String>>, sides: &[Side]) -> String {
    let width = |at: usize| rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..sides.len()).map(|at| width(at).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in &rows {
        for ((cell, side), width) in row.iter().zip(sides).zip(&widths) {
            let _ = match side {
                Side::Left => write!(text, "  {cell:<width$}"),
                Side::Right => write!(text, "  {cell:>width$}"),
            };
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
    }
    text
}

/// The line, cut where it is too long for a page.
fn cut(line: &str) -> String {
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}
