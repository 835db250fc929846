//! What statistics are made from: step receipts with what their run knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::{Fault, RunOutcome, RunReceipt, StepOutcome, StepReceipt};

use super::activity::Activity;
use crate::store::{Selection, Store};
use crate::timing::TableKey;
use crate::{Body, Kind, TableName, Tenant};

/// One attempt of a step with what its run knows.
#[derive(Debug, Clone)]
pub(crate) struct Observation {
    pub(crate) activity: Activity,
    pub(crate) run: Arc<str>,
    /// None where the ledger has no receipt of the run.
    pub(crate) context: Option<Arc<RunReceipt>>,
    pub(crate) table: Option<Arc<TableKey>>,
    pub(crate) step: StepReceipt,
}

impl Observation {
    /// Whether it was measured on a throwaway server.
    pub(crate) fn is_rehearsal(&self) -> bool {
        self.context.as_ref().is_some_and(|run| run.rehearsal)
    }

    /// The major version of the server, where known.
    pub(crate) fn server_major(&self) -> Option<u32> {
        self.context.as_ref().map(|run| run.server_version / 10_000)
    }

    /// Whether the attempt did its work, so that its time says how long the work takes.
    pub(crate) fn is_done(&self) -> bool {
        self.step.outcome == StepOutcome::Done
    }

    /// Whether the whole run came to its end.
    pub(crate) fn run_is_done(&self) -> bool {
        self.context.as_ref().is_some_and(|run| run.outcome == RunOutcome::Done)
    }
}

/// The runs that a statistic names.
const RUNS_NAMED: usize = 10;

/// The newest runs of observations in the order of time, the newest first.
pub(crate) fn newest_runs<'a>(observations: impl DoubleEndedIterator<Item = &'a Observation>) -> Vec<String> {
    let mut named: Vec<String> = Vec::new();
    for one in observations.rev() {
        if named.len() == RUNS_NAMED {
            break;
        }
        if !named.iter().any(|run| **run == *one.run) {
            named.push(one.run.to_string());
        }
    }
    named
}

/// The newest observations of a tenant, of one operation or of all, in the order of time.
pub(crate) fn observe(
    store: &mut dyn Store,
    tenant: &Tenant,
    operation: Option<String>,
    limit: Option<u32>,
) -> Result<Vec<Observation>, Fault> {
    let selection =
        Selection { kind: Some(Kind::Step), operation, limit, newest_first: true, ..Selection::default() };
    let mut steps: Vec<StepReceipt> = store
        .entries(tenant, &selection)?
        .into_iter()
        .filter_map(|entry| match entry.body {
            Body::Step(step) => Some(*step),
            _ => None,
        })
        .collect();
    steps.reverse();
    let runs = contexts(store, tenant, &steps)?;
    let mut keys = BTreeMap::new();
    Ok(steps.into_iter().map(|step| observation(step, &runs, &mut keys)).collect())
}

fn contexts(
    store: &mut dyn Store,
    tenant: &Tenant,
    steps: &[StepReceipt],
) -> Result<BTreeMap<Arc<str>, Option<Arc<RunReceipt>>>, Fault> {
    let mut runs: BTreeMap<Arc<str>, Option<Arc<RunReceipt>>> =
        steps.iter().map(|step| (step.run.as_str().into(), None)).collect();
    let wanted: Vec<&str> = runs.keys().map(AsRef::as_ref).collect();
    for receipt in store.runs(tenant, &wanted)? {
        runs.insert(receipt.run.as_str().into(), Some(Arc::new(receipt)));
    }
    Ok(runs)
}

fn observation(
    step: StepReceipt,
    runs: &BTreeMap<Arc<str>, Option<Arc<RunReceipt>>>,
    keys: &mut BTreeMap<TableKey, Arc<TableKey>>,
) -> Observation {
    let known = runs.get_key_value(step.run.as_str());
    let (run, context) = known
        .map_or_else(|| (step.run.as_str().into(), None), |(run, context)| (run.clone(), context.clone()));
    let table = step.table.as_ref().map(|table| {
        let database = context.as_ref().map(|run| run.database.clone());
        let key = TableKey { database, table: TableName::from(table) };
        keys.entry(key.clone()).or_insert_with(|| Arc::new(key)).clone()
    });
    Observation { activity: Activity::of(&step), run, context, table, step }
}
