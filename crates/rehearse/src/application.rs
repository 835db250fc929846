//! An application at work on the copy while a plan is rehearsed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use connect::{Session, Target};
use model::{Fault, Ident, Name, PhaseName, Plan, Schema};
use traffic::{Books, Does, LeftOut, Rate, Traffic, TrafficReport, WindowReport, Workload};

use crate::data::{Spared, SparedTables};
use crate::report::{RehearsedTraffic, Worst};

/// The traffic's choices are the same each time.
const SEED: u64 = 7;

/// How long the application goes on at the end of each way forward, so that there are writes of that
/// state for the way back to keep.
const DWELL: Duration = Duration::from_millis(300);

/// How long the last statements of replaced code may be under way.
const ROLL_OUT: Duration = Duration::from_millis(150);

/// The code before the gate and the code after it.
pub(crate) struct Application {
    old: Workload,
    new: Workload,
    rate: Rate,
    left_out: Vec<LeftOut>,
    /// Writes that the server acknowledged, by table.
    written: BTreeMap<Name, u64>,
    /// When the new code is deployed; none where the plan waits for no deployment.
    pub(crate) deployment: Option<Deployment>,
    pub(crate) told: RehearsedTraffic,
}

impl Application {
    /// The application of both schemas, as it works on what the plan changes.
    pub(crate) fn of(plan: &Plan, from: &Schema, to: &Schema, rate: Rate) -> Self {
        let focus = focus(plan, from, to);
        let derived = traffic::Application { schema: from, beside: to, focus: &focus, seed: SEED }.derive();
        let new = traffic::Application { schema: to, beside: from, focus: &focus, seed: SEED }.derive();
        let known: BTreeSet<&Name> = derived.workload.tables.iter().map(|watched| &watched.table).collect();
        let mut new = new.workload;
        // A traffic goes on over the tables that its books were opened on.
        new.tables.retain(|watched| known.contains(&watched.table));
        new.statements.retain(|statement| statement.names_only(&known));
        let told = RehearsedTraffic {
            rate: rate.to_string(),
            left_out: derived.left_out.iter().map(ToString::to_string).collect(),
            ..RehearsedTraffic::default()
        };
        let (old, left_out, written) = (derived.workload, derived.left_out, BTreeMap::new());
        Self { old, new, rate, left_out, written, deployment: Deployment::of(plan), told }
    }

    /// Whether there is anything for it to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.old.statements.is_empty() || (self.rate.reads_per_s <= 0.0 && self.rate.writes_per_s <= 0.0)
    }

    /// Lets the application work without a migration: what it feels then is the baseline, and what fails
    /// then is not the migration's doing and is left out.
    pub(crate) async fn measure_baseline(&mut self, copy: &Target, ms: u64) -> Result<(), Fault> {
        let traffic = Traffic::start(copy, &self.old, self.rate).await?;
        tokio::time::sleep(Duration::from_millis(ms)).await;
        let (report, _) = traffic.stop().await;
        let failed = &report.total.failed;
        for failure in failed {
            let sqlstate = failure.sqlstate.as_deref().unwrap_or("no answer");
            let line = format!("{} fails without any migration ({sqlstate})", failure.statement);
            self.told.left_out.push(line);
        }
        let names: BTreeSet<String> = failed.iter().map(|failure| failure.statement.clone()).collect();
        (self.old, self.new) = (self.old.clone().without(&names), self.new.clone().without(&names));
        self.told.baseline = worst(&report.total);
        Ok(())
    }

    /// Opens the books on these columns, or on all, and says what is not compared from now on.
    pub(crate) async fn open(
        &self,
        session: &Session,
        columns: Option<&Schema>,
    ) -> Result<(Opened, SparedTables), Fault> {
        let mut workload = self.old.clone();
        if let Some(schema) = columns {
            workload.keep_only(schema);
        }
        let books = Books::open(session, &workload).await?;
        let spared = self.spared(&books);
        Ok((Opened { workload, books }, spared))
    }

    /// Starts the application with the code that is deployed.
    pub(crate) async fn start(&self, copy: &Target, opened: Opened, code: Code) -> Result<AtWork, Fault> {
        let Opened { workload: old, books } = opened;
        let mut new = self.new.clone();
        let known: BTreeSet<&Name> = old.tables.iter().map(|watched| &watched.table).collect();
        new.statements.retain(|statement| statement.names_only(&known));
        let deployed = if code == Code::Old { &old } else { &new };
        let traffic = Traffic::go_on(copy, deployed, self.rate, books).await?;
        Ok(AtWork { traffic, old, new })
    }

    /// What is not compared, by what the application wrote up to now.
    pub(crate) fn spared(&self, books: &Books) -> SparedTables {
        let mut columns: BTreeMap<&Name, BTreeSet<Ident>> = BTreeMap::new();
        for statement in self.old.statements.iter().chain(&self.new.statements) {
            if let Does::Update(table, column) = &statement.does {
                columns.entry(table).or_default().insert(column.clone());
            }
        }
        let of_table = |name: &Name| {
            let written = books.written(name)?;
            let columns = columns.get(name).cloned().unwrap_or_default();
            let (key, key_type) = (written.key, written.key_type);
            let (inserted, touched) = (written.inserted, written.touched);
            Some((name.clone(), Spared { key, key_type, inserted, touched, columns }))
        };
        self.old.tables.iter().filter_map(|watched| of_table(&watched.table)).collect()
    }

    /// Why nobody wrote to a table while the plan was rehearsed; none where somebody did.
    pub(crate) fn unwritten(&self, table: &Name) -> Option<String> {
        if self.written.get(table).is_some_and(|writes| *writes > 0) {
            return None;
        }
        let left_out = self.left_out.iter().find(|left| left.table == *table);
        Some(match left_out {
            _ if self.rate.writes_per_s <= 0.0 => "no writes were asked for".to_owned(),
            Some(left_out) => left_out.why.clone(),
            None => "none of its writes came up, or all of them fail without any migration".to_owned(),
        })
    }

    /// Adds up what the application felt on one way.
    pub(crate) fn hear(&mut self, report: &TrafficReport) {
        for (table, writes) in &report.acknowledged {
            *self.written.entry(table.clone()).or_default() +=
                writes.inserted + writes.updated + writes.deleted;
        }
        let total = &report.total;
        self.told.statements += total.read.count + total.write.count;
        self.told.failed += total.failed_count();
        self.told.prepared_anew += total.retried;
        self.told.worst = self.told.worst.or(worst(total));
        self.told.stall = self.told.worst.above(self.told.baseline);
    }
}

/// The tables that the plan works on. Rows of a partition go through the table it is part of.
pub(crate) fn focus(plan: &Plan, from: &Schema, to: &Schema) -> BTreeSet<Name> {
    let whole = |name: &Name| {
        let mut name = name;
        let parent = |name: &Name| {
            let table = from.table(name).or_else(|| to.table(name));
            table.and_then(|table| table.partition_of.as_ref()).map(|(parent, _)| parent)
        };
        while let Some(parent) = parent(name) {
            name = parent;
        }
        name.clone()
    };
    plan.steps.iter().filter_map(|step| step.table.as_ref()).map(whole).collect()
}

/// Books that are open, and whose they are.
#[derive(Clone)]
pub(crate) struct Opened {
    workload: Workload,
    pub(crate) books: Books,
}

/// Which of the application's code is deployed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Code {
    /// That of the schema the plan starts from.
    Old,
    /// That of the wanted schema.
    New,
}

/// An application that is running.
pub(crate) struct AtWork {
    traffic: Traffic,
    old: Workload,
    new: Workload,
}

impl AtWork {
    /// Other code takes over; what the code before it has sent is answered before the schema goes on.
    pub(crate) async fn deploy(&self, code: Code) {
        self.traffic.deploy(if code == Code::Old { &self.old } else { &self.new });
        tokio::time::sleep(ROLL_OUT).await;
    }

    /// Lets it work for a while.
    pub(crate) async fn dwell(&self) {
        tokio::time::sleep(DWELL).await;
    }

    /// Ends it. Its books can be kept on by the next one.
    pub(crate) async fn stop(self) -> (TrafficReport, Opened) {
        let (report, books) = self.traffic.stop().await;
        (report, Opened { workload: self.old, books })
    }
}

/// The longest statements of a span of time.
pub(crate) fn worst(window: &WindowReport) -> Worst {
    Worst { read_ms: window.read.worst_ms, write_ms: window.write.worst_ms }
}

/// Statements that failed, each kind of failure in words, without what the server said: that may hold
/// values of rows.
pub(crate) fn failures(report: &TrafficReport) -> Vec<String> {
    let line = |failure: &traffic::Failure| {
        let sqlstate =
            failure.sqlstate.as_deref().map_or("no answer".to_owned(), |code| format!("SQLSTATE {code}"));
        format!("the application's {} failed {} times ({sqlstate})", failure.statement, failure.count)
    };
    report.total.failed.iter().map(line).collect()
}

/// When the code that knows the wanted schema takes over: at the last gate that is not behind contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Deployment {
    /// The first phase that only the new code works with.
    before: PhaseName,
    /// The last phase of the old code; none where the plan begins with the gate.
    pub(crate) after: Option<PhaseName>,
}

impl Deployment {
    fn of(plan: &Plan) -> Option<Self> {
        let gates = plan.gates.iter().map(|gate| gate.before);
        let before = gates.filter(|before| *before <= PhaseName::Contract).max()?;
        Some(Self { before, after: plan.phases().into_iter().rfind(|phase| *phase < before) })
    }

    /// Whether a way to the end of this phase passes it.
    pub(crate) fn is_passed(&self, phase: PhaseName) -> bool {
        phase >= self.before
    }
}
