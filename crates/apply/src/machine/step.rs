//! One step, from its probe to its verification.

use super::{BACKFILL_ROUNDS_MAX, Command, End, Event, Kind, Machine, Next, State, Why, Wish};

impl Machine {
    pub(super) fn enter(&mut self) -> Command {
        if !self.is_forward() {
            self.at -= 1;
        }
        self.tries = 0;
        self.rounds = 0;
        if self.is_probed() {
            return self.go(State::Probing, Command::Probe(self.at));
        }
        if self.kind() == Kind::Nothing { self.clear_then(Next::Settle) } else { self.carry_out() }
    }

    pub(super) fn probed(&mut self, there: bool) -> Command {
        match there == self.is_forward() {
            true if self.is_foreign() => self.record(End::Failed(Why::AlreadyThere(self.at))),
            true => self.clear_then(Next::Settle),
            false => self.carry_out(),
        }
    }

    /// Whether an effect that is there before its step cannot be this plan's: a transaction commits together
    /// with its journal row, everything else declares its intent first. The way back would remove what
    /// the plan did not make.
    fn is_foreign(&self) -> bool {
        let has_undo = self.shape().back != Kind::Nothing;
        match self.kind() {
            _ if !self.is_forward() || !has_undo => false,
            Kind::Transaction => true,
            Kind::Concurrent => self.begun != Some(self.at),
            Kind::Backfill | Kind::Nothing => false,
        }
    }

    pub(super) fn carry_out(&mut self) -> Command {
        if self.kind().needs_intent() {
            self.begun = Some(self.at);
            return self.go(State::Intending, Command::Intend(self.at));
        }
        self.clear_then(Next::Execute)
    }

    pub(super) fn clear_then(&mut self, next: Next) -> Command {
        if !self.shape().leftover {
            return self.cleared(next);
        }
        let command = match next {
            Next::Record => Command::TidyUp(self.at),
            _ => Command::ClearLeftovers(self.at),
        };
        self.go(State::Clearing(next), command)
    }

    pub(super) fn cleared(&mut self, next: Next) -> Command {
        match next {
            Next::Execute => self.go(State::Executing, Command::Execute(self.at)),
            Next::Settle => self.go(State::Settling, Command::Settle { ordinal: self.at, already: true }),
            Next::Withdraw => self.go(State::Withdrawing, Command::Withdraw(self.at)),
            Next::Record => {
                let end = self.end.unwrap_or(End::Failed(Why::Refused(self.at)));
                self.record(end)
            }
        }
    }

    pub(super) fn executed(&mut self, event: Event) -> Command {
        match event {
            Event::Ok if self.is_probed() => self.go(State::Confirming, Command::Probe(self.at)),
            Event::Ok => self.carried_out(),
            Event::LockTimeout { exhausted: false } => {
                self.tries += 1;
                self.go(State::BackingOff, Command::BackOff(self.tries))
            }
            Event::LockTimeout { exhausted: true } => self.give_up(End::Failed(Why::LockTimeout(self.at))),
            Event::Refused => self.give_up(End::Failed(Why::Refused(self.at))),
            Event::Stopped => self.give_up(self.stopped()),
            event => panic!("{event:?} does not answer an execution"),
        }
    }

    pub(super) fn retry(&mut self) -> Command {
        match self.wish {
            // Outside a transaction the failed try may have done half of its work, or all that is left to
            // do may be to remove its leftovers.
            Wish::GoOn | Wish::Idle if self.kind() == Kind::Concurrent && self.is_probed() => {
                self.go(State::Probing, Command::Probe(self.at))
            }
            Wish::GoOn | Wish::Idle => self.clear_then(Next::Execute),
            Wish::Pause | Wish::Abort => self.give_up(self.stopped()),
        }
    }

    pub(super) fn stopped(&self) -> End {
        if self.wish == Wish::Abort { End::Aborted } else { End::Paused }
    }

    /// Ends the run, but not before what the attempt left is gone.
    fn give_up(&mut self, end: End) -> Command {
        self.end = Some(end);
        self.clear_then(Next::Record)
    }

    pub(super) fn confirmed(&mut self, there: bool) -> Command {
        if there == self.is_forward() {
            return self.carried_out();
        }
        self.rounds += 1;
        if self.kind() == Kind::Backfill && self.rounds < BACKFILL_ROUNDS_MAX {
            return self.go(State::Executing, Command::Execute(self.at));
        }
        self.give_up(End::Failed(Why::ProbeDisagrees(self.at)))
    }

    /// A transaction has journaled itself; everything else is journaled now.
    fn carried_out(&mut self) -> Command {
        if self.kind().needs_intent() {
            return self.go(State::Settling, Command::Settle { ordinal: self.at, already: false });
        }
        self.verify_or_pass()
    }

    pub(super) fn settled(&mut self) -> Command {
        if self.is_forward() && self.kind() != Kind::Nothing {
            return self.go(State::Verifying, Command::Verify(self.at));
        }
        self.pass()
    }

    fn verify_or_pass(&mut self) -> Command {
        if self.is_forward() {
            return self.go(State::Verifying, Command::Verify(self.at));
        }
        self.pass()
    }

    pub(super) fn verified(&mut self, good: bool) -> Command {
        if good { self.pass() } else { self.record(End::Failed(Why::VerificationFailed(self.at))) }
    }
}
