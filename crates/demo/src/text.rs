//! The report as one page of text.

mod lines;
mod proofs;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::{count_text, ms_text};

use self::lines::{Side, WIDTH, aligned, initials, interval, shortened, wrapped};
use self::proofs::proofs;
use crate::baseline::WARMING_UP;
use crate::report::*;

/// The columns a step's title has at most.
const TITLE_WIDTH: usize = 46;

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
    page.lines().map(|line| shortened(line.trim_end(), WIDTH)).collect::<Vec<_>>().join("\n") + "\n"
}

fn heading(report: &Report) -> String {
    let server = wrapped(
        "",
        &format!("{} rows, {}, wanted schema from {}", count_text(report.rows), report.server, report.wanted),
    );
    format!("{}: {}\n{server}", report.scenario, report.title)
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
        text.push_str(&wrapped("  ! ", flag));
    }
    text
}

fn plan(report: &Report) -> String {
    let plan = &report.plan;
    let hash = plan.hash.get(..12).unwrap_or(&plan.hash);
    let mut text = format!("The plan {hash}: {} steps, risk {:.0} {}\n", plan.steps, plan.risk, plan.level);
    let head = ["phase and steps", "lock", "predicted", "took", "held", "waited"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for phase in &report.phases {
        let times = [phase.ms, phase.lock_hold_ms, phase.lock_wait_ms].map(ms_text);
        let name = [phase.name.to_string(), String::new(), String::new()];
        rows.push(name.into_iter().chain(times).collect());
        rows.extend(report.steps.iter().filter(|step| step.phase == phase.name).map(step));
    }
    use Side::{Left, Right};
    text.push_str(&aligned(rows, &[Left, Left, Right, Right, Right, Right]));
    text.push_str(&wrapped("  ", &legend(report)));
    for note in &plan.notes {
        text.push_str(&wrapped("  - ", note));
    }
    if let Some(folder) = &plan.folder {
        text.push_str(&wrapped("  - ", &format!("kept in {folder}")));
    }
    text
}

fn step(step: &StepReport) -> Vec<String> {
    let lock = step.lock.as_deref().map_or_else(|| "-".to_owned(), initials);
    let [ms, held, waited] = [step.ms, step.lock_hold_ms, step.lock_wait_ms].map(ms_text);
    let times = [ms, if step.blocks { held } else { format!("({held})") }, waited];
    let title = shortened(&format!("  {}", step.title), TITLE_WIDTH);
    [title, lock, interval(&step.predicted_ms)].into_iter().chain(times).collect()
}

/// What the initials of the locks stand for, the strongest first.
fn legend(report: &Report) -> String {
    let names: BTreeSet<&str> = report.steps.iter().filter_map(|step| step.lock.as_deref()).collect();
    let entries = names.into_iter().map(|name| format!("{} {}", initials(name), name.to_lowercase()));
    let locks = entries.collect::<Vec<_>>().join(", ");
    format!(
        "{locks}; predicted: the median, and the tenth and ninetieth percentile; \
         held in brackets: a lock that neither readers nor writers wait for"
    )
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
    let text = report.textbook.iter().fold(text, |text, taught| {
        let (read, write) = (ms_text(taught.stall_ms.read), ms_text(taught.stall_ms.write));
        text + &wrapped(
            "  ",
            &format!(
                "the textbook's plan (nullable, batches of 10,000 rows, constraint, NOT NULL) takes {}; \
                 longest read {read}, longest write {write}, {} failed",
                ms_text(taught.ms),
                taught.failed_statements
            ),
        )
    });
    let errors = report.push.measured.iter().flat_map(|push| &push.statements);
    let errors = errors.filter_map(|statement| statement.error.as_ref());
    errors.fold(text, |text, error| text + &wrapped("  ! ", &format!("the direct push failed: {error}")))
}

fn stalls(name: &str, of: fn(&Stall) -> f64, report: &Report) -> Vec<String> {
    vec![name.to_owned(), ms_text(of(&report.stall_ms)), ms_text(of(&report.bare.stall_ms))]
}

fn application(report: &Report) -> String {
    let application = &report.application;
    let (writes, reads) = (application.rate.writes_per_s, application.rate.reads_per_s);
    let mut text = format!("The application: {writes} writes and {reads} reads a second\n");
    let head = ["while", "for", "reads", "p99", "longest", "writes", "p99", "longest", "failed", "late"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let windows = application.windows.iter().filter(|window| window.name != WARMING_UP);
    rows.extend(windows.map(|window| {
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
