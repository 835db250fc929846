//! What is said of a run that came to its end, or cannot go on.

use model::{Direction, Fault, Fingerprint, RunOutcome};

use crate::goal::{self, Limit};
use crate::machine::{End, Why};
use crate::run::Way;

impl Way<'_> {
    /// Whether the live schema is where this way leads; none where it was not gone to its end.
    pub(crate) fn arrived(&self, end: End, goal: usize, live: Option<&Fingerprint>) -> Option<bool> {
        let at_end = match self.direction {
            // Cleanup removes what comparisons do not see, so a plan has arrived without it.
            Direction::Forward => goal >= goal::arrival(self.plan),
            Direction::Back => goal == 0,
        };
        let is_there = |live: &Fingerprint| match self.direction {
            Direction::Forward => *live == self.plan.to,
            Direction::Back => self.plan.starts_from(live),
        };
        (end == End::Reached && at_end).then(|| live.is_some_and(is_there))
    }

    pub(crate) fn message(&self, end: End, outcome: RunOutcome, limit: &Limit) -> String {
        match (end, self.direction, limit) {
            (End::Paused, ..) => "stopped at a safe point; run the same command again to go on".to_owned(),
            (End::Aborted, ..) => {
                "given up; what was done stays: `lockkeeper rollback` takes it back".to_owned()
            }
            (_, Direction::Back, Limit::Until(phase)) => format!("rolled back to the end of phase {phase}"),
            (_, Direction::Back, _) => "rolled back".to_owned(),
            (.., Limit::Gate(gate)) => {
                format!("waits for: {}; then go on with --until {}", gate.waits_for, gate.before)
            }
            (.., Limit::Until(phase)) if outcome == RunOutcome::Paused => {
                format!("done up to phase {phase}; go on with a later --until, or roll back")
            }
            (.., Limit::Cleanup) => {
                "done; what it keeps is removed by --until cleanup, and until then it can be rolled back"
                    .to_owned()
            }
            _ => "done".to_owned(),
        }
    }

    /// The fault for a run that cannot go on. The shell's own is the better one where it has one.
    pub(crate) fn fault(&self, why: Why, known: Option<Fault>) -> Fault {
        let at =
            |ordinal: usize| format!("step {}", self.plan.steps.get(ordinal).map_or("?", |step| &step.id));
        match why {
            Why::ProbeDisagrees(ordinal) => {
                Fault::new("apply.probe", "the step was carried out, but its probe does not see its effect")
                    .at(at(ordinal))
                    .help("what was done before stays; `lockkeeper rollback` takes it back")
            }
            Why::VerificationFailed(ordinal) => Fault::new(
                "apply.verification",
                "the step was carried out, but its verification says no",
            )
            .at(at(ordinal))
            .help("see what the verification asks in the plan; `lockkeeper rollback` takes the step back"),
            Why::Drifted(ordinal) => Fault::gate(
                "plan.drifted",
                "the step is journaled as done, but its effect is not in the database any more",
            )
            .at(at(ordinal))
            .help(
                "somebody changed the schema by hand: put it back, or roll back with `lockkeeper rollback`",
            ),
            Why::AlreadyThere(ordinal) => Fault::gate(
                "apply.already_there",
                "the step's effect is in the database already, and not by this plan: its way back would \
                 remove what it did not make",
            )
            .at(at(ordinal))
            .help("what was done before stays; `lockkeeper rollback` takes it back, then make a new plan"),
            Why::JournalBroken => Fault::new("apply.journal", "the journal's rows contradict each other")
                .at("schema lockkeeper, table steps")
                .help("has it been changed by hand?"),
            Why::Refused(_) | Why::LockTimeout(_) | Why::LostTooOften | Why::Unreachable => {
                known.unwrap_or_else(|| Fault::new("apply.failed", "the run failed"))
            }
        }
    }
}
