//! A migration that waits for code: old code before the gate, new code after it, and all the way back.

use std::time::{Duration, Instant};

use model::{Fault, Fingerprint, PhaseName, RunOutcome, count_text};
use serde::{Deserialize, Serialize};
use tokio::time::sleep;
use traffic::{Books, Traffic};

use crate::migration::{Acts, NEW_CODE_FOR, Theatre, Timed};
use crate::outside::enforcement::Breaker;
use crate::outside::{self, Proof};
use crate::pipeline::Pipeline;
use crate::{Scenario, baseline};

/// How often a gate that is counted is tried before it has to open.
const TRIES_MAX: u32 = 20;

/// The last phase that has a way back: cleanup is never part of a demo.
const LAST: PhaseName = PhaseName::Contract;

/// What the gate did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateReport {
    /// The phase that waited.
    pub before: PhaseName,
    /// What it said while old code was still at work; none where nothing is counted.
    pub refused: Option<String>,
    /// How often it was tried with new code until it let the plan go on, both times together.
    pub tries: u32,
}

impl<P: Pipeline> Theatre<'_, P> {
    /// The migration with its gate. Gives what was done, and the books.
    pub(crate) async fn through_gate(
        &mut self,
        before: PhaseName,
        at_start: &Fingerprint,
        books: Books,
    ) -> Result<(Acts, Books), Fault> {
        let mut proofs = Vec::new();
        let mut gate = GateReport { before, refused: None, tries: 0 };
        let held = self.held_phases(before);
        let breaker =
            (self.options.scenario == Scenario::Cascade).then(|| Breaker::start(&self.stage.funds.target));

        let traffic = baseline::start(&self.stage.funds, self.options, books).await?;
        let killed = self.kill(&traffic).await?;
        let resume = self.apply(&traffic, "resumed", "resuming the killed run", self.until()).await?;
        gate.refused = self.refusal(&traffic, before, &held).await?;
        self.deploy_new(&traffic).await;
        self.open(&traffic, &mut gate).await?;
        sleep(NEW_CODE_FOR).await;
        let (rollback, books) = self.way_back(traffic, &held).await?;
        let rolled_back = self.pipeline.fingerprint(&self.stage.funds.target).await? == *at_start;
        self.progress.begin("looking at every row after the way back", None);
        proofs.extend(outside::after_way_back(self.stage, self.options, &books).await?);
        self.progress.end(if proofs.iter().all(|proof| proof.holds) {
            "all as it was"
        } else {
            "something is wrong"
        });

        let traffic = baseline::start(&self.stage.funds, self.options, books).await?;
        let first = self.apply(&traffic, "applied", "applying without interruption", self.until()).await?;
        self.deploy_new(&traffic).await;
        let second = self.open(&traffic, &mut gate).await?;
        sleep(NEW_CODE_FOR).await;
        let (report, books) = traffic.stop().await;
        self.reports.push(report);
        if let Some(breaker) = breaker {
            proofs.push(breaker.stop().await?);
        }
        let apply = first.and(second);
        let acts = Acts { killed, resume, rollback, rolled_back, apply, proofs, gate: Some(gate) };
        Ok((acts, books))
    }

    /// The phases that old code lives with, in order.
    fn held_phases(&self, before: PhaseName) -> Vec<PhaseName> {
        self.plan.phases().into_iter().filter(|phase| *phase < before).collect()
    }

    async fn deploy_new(&self, traffic: &Traffic) {
        traffic.open_window("new code");
        traffic.deploy(&self.options.scenario.code_after());
        sleep(NEW_CODE_FOR).await;
    }

    /// What the gate says while old code is still at work, where it counts something: it must not open.
    async fn refusal(
        &self,
        traffic: &Traffic,
        before: PhaseName,
        held: &[PhaseName],
    ) -> Result<Option<String>, Fault> {
        if self.options.scenario != Scenario::Cascade {
            return Ok(None);
        }
        self.progress.begin("trying the gate while old code is at work", None);
        traffic.open_window("gate tried");
        let target = &self.stage.funds.target;
        // The first try begins the watch.
        for wait in [self.options.watched + Duration::from_secs(1), Duration::ZERO] {
            match self.pipeline.apply(&self.stage.plan(), target, Some(before), &model::Silent).await {
                Err(fault) if fault.kind == "apply.demand" => self.progress.note(&fault.what),
                Err(fault) => return Err(fault),
                Ok(_) => {
                    let what = "the gate opened while old code still deleted funds";
                    return Err(Fault::new("demo.gate", what));
                }
            }
            sleep(wait).await;
        }
        let refused = self.pipeline.apply(&self.stage.plan(), target, Some(before), &model::Silent).await;
        let refused = refused.err().map(|fault| fault.what).unwrap_or_default();
        if let Some(last) = held.last() {
            self.pipeline.rollback(&self.stage.plan(), target, Some(*last), &model::Silent).await?;
        }
        self.progress.end(&refused);
        Ok(Some(refused))
    }

    /// Goes through the gate to the end, with new code at work. A gate that counts is tried until it opens.
    async fn open(&self, traffic: &Traffic, gate: &mut GateReport) -> Result<Timed, Fault> {
        self.progress.begin("through the gate to the end, new code at work", None);
        traffic.open_window("through the gate");
        let target = &self.stage.funds.target;
        let mut timed: Option<Timed> = None;
        for _ in 0..TRIES_MAX {
            gate.tries += 1;
            let began = Instant::now();
            let run = self.pipeline.apply(&self.stage.plan(), target, Some(LAST), self.progress).await;
            match run {
                Ok(run) => {
                    let last = self.finish(began, run, "going through the gate")?;
                    return Ok(match timed.take() {
                        Some(earlier) => earlier.and(last),
                        None => last,
                    });
                }
                Err(fault) if fault.kind == "apply.demand" => {
                    self.progress.note(&fault.what);
                    sleep(self.options.watched / 4 + Duration::from_millis(100)).await;
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::new(
            "demo.gate",
            format!("the gate did not open in {} tries", count_text(u64::from(TRIES_MAX))),
        ))
    }

    /// Back phase by phase: behind the gate with new code at work, the rest with old code.
    async fn way_back(&mut self, traffic: Traffic, held: &[PhaseName]) -> Result<(Timed, Books), Fault> {
        let task = "rolling back, phase by phase";
        self.progress.begin(task, None);
        traffic.open_window("rolled back");
        let target = &self.stage.funds.target;
        let began = Instant::now();
        let mut whole: Option<Timed> = None;
        let mut stops: Vec<Option<PhaseName>> = held.iter().rev().map(|phase| Some(*phase)).collect();
        stops.push(None);
        for (at, to) in stops.into_iter().enumerate() {
            let started = Instant::now();
            let run = self.pipeline.rollback(&self.stage.plan(), target, to, self.progress).await?;
            let step = Timed { ms: crate::report::elapsed_ms(started), run };
            whole = Some(match whole.take() {
                Some(earlier) => earlier.and(step),
                None => step,
            });
            if at == 0 {
                // Old code comes back before what new code needs goes.
                traffic.deploy(&self.options.scenario.code_before());
                sleep(NEW_CODE_FOR).await;
            }
        }
        let (report, books) = traffic.stop().await;
        self.reports.push(report);
        let mut whole = whole.ok_or_else(|| Fault::new("demo.run", "there was nothing to roll back"))?;
        whole.run.outcome = RunOutcome::Done;
        self.progress.end(&model::ms_text(crate::report::elapsed_ms(began)));
        Ok((whole, books))
    }
}

/// Whether all that was looked at from outside is as it must be.
pub(crate) fn all_hold(proofs: &[Proof]) -> bool {
    proofs.iter().all(|proof| proof.holds)
}
