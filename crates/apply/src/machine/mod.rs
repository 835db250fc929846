//! The run as a state machine: events in, commands out, no I/O, no clock, no randomness.
//!
//! The shell carries commands out and answers each with one event. A crash of the process is the same
//! as a new machine; a lost connection takes the same way inside the running one: reconnect, end what
//! the old connection may still be doing, read the journal, and ask the probe of the step in question.
//! That is all there is to resuming, so it can be simulated by the million.

mod nouns;

pub use nouns::{
    BACKFILL_ROUNDS_MAX, Command, Course, End, Event, Kind, LOST_MAX, Shape, StepState, Why, Wish,
};

use model::Direction;

/// The machine. Feed it [`Event::Start`], then the answer to each command.
#[derive(Debug, Clone)]
pub struct Machine {
    course: Course,
    state: State,
    /// The step in question.
    at: usize,
    /// What was wished for with the last event.
    wish: Wish,
    tries: u32,
    rounds: u32,
    lost: u32,
    /// The step that this run, or the one it goes on with, declared its intent to do.
    begun: Option<usize>,
    /// How the run ended, once that is known.
    end: Option<End>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Connecting,
    EndingOrphans,
    Reading,
    /// Asking whether an interrupted undo had its effect.
    Unwinding,
    Withdrawing,
    /// Asking whether the last step the journal calls done still is.
    Rechecking,
    Idling,
    Probing,
    /// Removing leftovers before what comes next.
    Clearing(Next),
    Intending,
    Executing,
    BackingOff,
    /// Asking whether the probe agrees that the step was carried out.
    Confirming,
    Settling,
    Verifying,
    /// Asking, at the end of the way back, whether a step that stays done still holds.
    Surveying,
    Recording,
    Finished,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Execute,
    Settle,
    Withdraw,
    Record,
}

impl Machine {
    /// A machine for one run, or for what is left of one.
    ///
    /// # Panics
    /// When the goal lies beyond the last step.
    pub fn new(course: Course) -> Self {
        assert!(course.goal <= course.shapes.len(), "the goal lies beyond the plan");
        Self {
            course,
            state: State::New,
            at: 0,
            wish: Wish::GoOn,
            tries: 0,
            rounds: 0,
            lost: 0,
            begun: None,
            end: None,
        }
    }

    /// Takes the answer to the last command and gives the next one.
    ///
    /// # Panics
    /// When the event does not answer the last command, which is a mistake in the shell.
    pub fn next(&mut self, event: Event, wish: Wish) -> Command {
        self.wish = wish;
        match event {
            Event::Lost => self.lost(),
            Event::Unreachable => self.finish(End::Failed(Why::Unreachable)),
            Event::Refused if self.state != State::Executing => self.refused(),
            // A question was cut short; it changes nothing and is asked again on resume.
            Event::Stopped if self.state != State::Executing => self.record(self.stopped()),
            event => self.answered(event),
        }
    }

    fn answered(&mut self, event: Event) -> Command {
        match (self.state, event) {
            (State::New, Event::Start) => self.go(State::Connecting, Command::Connect),
            (State::Connecting, Event::Ok) => self.go(State::EndingOrphans, Command::EndOrphans),
            (State::EndingOrphans, Event::Ok) => match self.end {
                Some(end) => self.go(State::Recording, Command::Record(end)),
                None => self.go(State::Reading, Command::ReadSteps),
            },
            (State::Reading, Event::Steps(states)) => self.read(&states),
            (State::Unwinding, Event::Answer(true)) => self.clear_then(Next::Settle),
            (State::Unwinding, Event::Answer(false)) => self.clear_then(Next::Withdraw),
            (State::Withdrawing, Event::Ok) => self.recheck(),
            (State::Rechecking, Event::Answer(holds)) => self.rechecked(holds),
            (State::Idling, Event::Ok) => self.begin(),
            (State::Probing, Event::Answer(there)) => self.probed(there),
            (State::Clearing(next), Event::Ok) => self.cleared(next),
            (State::Intending, Event::Ok) => self.clear_then(Next::Execute),
            (State::Executing, event) => self.executed(event),
            (State::BackingOff, Event::Ok) => self.retry(),
            (State::Confirming, Event::Answer(there)) => self.confirmed(there),
            (State::Settling, Event::Ok) => self.settled(),
            (State::Verifying, Event::Answer(good)) => self.verified(good),
            (State::Surveying, Event::Answer(holds)) => self.surveyed(holds),
            (State::Recording, Event::Ok) => {
                let end = self.end.unwrap_or(End::Failed(Why::JournalBroken));
                self.finish(end)
            }
            (state, event) => panic!("{event:?} does not answer the command of {state:?}"),
        }
    }

    fn go(&mut self, state: State, command: Command) -> Command {
        self.state = state;
        command
    }

    fn is_forward(&self) -> bool {
        self.course.direction == Direction::Forward
    }

    fn shape(&self) -> Shape {
        self.course.shapes[self.at]
    }

    /// How the step in question is carried out in this direction.
    fn kind(&self) -> Kind {
        if self.is_forward() { self.shape().forward } else { self.shape().back }
    }

    /// Whether the probe tells if this step still has to be carried out. A backfill that was begun and
    /// not finished has a false probe and yet something to undo.
    fn is_probed(&self) -> bool {
        self.kind() != Kind::Nothing && (self.is_forward() || self.shape().forward != Kind::Backfill)
    }

    fn lost(&mut self) -> Command {
        self.lost += 1;
        if self.lost > LOST_MAX {
            return self.finish(End::Failed(Why::LostTooOften));
        }
        self.go(State::Connecting, Command::Connect)
    }

    /// A question or a journal write was refused. What cannot be journaled cannot be journaled as failed.
    fn refused(&mut self) -> Command {
        match self.state {
            State::Recording => self.finish(End::Failed(Why::Refused(self.at))),
            _ => self.record(End::Failed(Why::Refused(self.at))),
        }
    }

    fn record(&mut self, end: End) -> Command {
        self.end = Some(end);
        self.go(State::Recording, Command::Record(end))
    }

    fn finish(&mut self, end: End) -> Command {
        self.end = Some(end);
        self.go(State::Finished, Command::Finish(end))
    }

    /// Finds the step in question: done steps come first, then at most one of unknown outcome, then
    /// pending ones.
    fn read(&mut self, states: &[StepState]) -> Command {
        let done = states.iter().take_while(|state| **state == StepState::Done).count();
        let unknown = matches!(states.get(done), Some(StepState::Doing | StepState::Undoing));
        let pending = states[done + usize::from(unknown)..].iter().all(|state| *state == StepState::Pending);
        if !pending || states.len() != self.course.shapes.len() {
            return self.record(End::Failed(Why::JournalBroken));
        }
        self.tries = 0;
        self.rounds = 0;
        if self.is_forward() {
            self.at = done;
            self.begun = unknown.then_some(done);
            if states.get(done) == Some(&StepState::Undoing) {
                return self.go(State::Unwinding, Command::Probe(done));
            }
            return self.recheck();
        }
        // Backwards `at` is one past the step in question until `begin` steps down.
        self.at = done + usize::from(unknown);
        self.begin()
    }

    /// The last step that is journaled as done was perhaps never verified, and perhaps taken back by
    /// somebody else since.
    fn recheck(&mut self) -> Command {
        let Some(last) = self.at.checked_sub(1).filter(|_| self.at <= self.course.goal) else {
            return self.begin();
        };
        if self.course.shapes[last].forward == Kind::Nothing {
            return self.begin();
        }
        self.go(State::Rechecking, Command::Probe(last))
    }

    fn rechecked(&mut self, holds: bool) -> Command {
        self.at -= 1;
        if holds {
            return self.go(State::Verifying, Command::Verify(self.at));
        }
        // Rows that came in meanwhile are filled as the others were, and what a later step's undo took
        // along (see `survey`) is done again.
        if self.kind() == Kind::Backfill || self.shape().back == Kind::Nothing {
            return self.carry_out();
        }
        self.record(End::Failed(Why::Drifted(self.at)))
    }

    /// A safe point: nothing is under way. Forward `at` is the next step to do; backward it is one past
    /// the next step to undo.
    fn begin(&mut self) -> Command {
        let reached =
            if self.is_forward() { self.at >= self.course.goal } else { self.at <= self.course.goal };
        if reached {
            return if self.is_forward() { self.record(End::Reached) } else { self.survey() };
        }
        match self.wish {
            Wish::GoOn => self.enter(),
            Wish::Idle => self.go(State::Idling, Command::Idle),
            Wish::Pause => self.record(End::Paused),
            Wish::Abort => self.record(End::Aborted),
        }
    }

    /// The way back is at its end. A step that stays done and has no undo of its own may have lost its
    /// effect to the undo of a later one: a check that was dropped comes back not validated. Such a step
    /// is to be done again on the way forward.
    fn survey(&mut self) -> Command {
        let last = self.at.checked_sub(1).map(|last| (last, self.course.shapes[last]));
        match last {
            Some((last, shape)) if shape.back == Kind::Nothing && shape.forward != Kind::Nothing => {
                self.go(State::Surveying, Command::Probe(last))
            }
            _ => self.record(End::Reached),
        }
    }

    fn surveyed(&mut self, holds: bool) -> Command {
        if holds {
            return self.record(End::Reached);
        }
        self.at -= 1;
        self.go(State::Settling, Command::Settle { ordinal: self.at, already: true })
    }

    fn enter(&mut self) -> Command {
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

    fn probed(&mut self, there: bool) -> Command {
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

    fn carry_out(&mut self) -> Command {
        if self.kind().needs_intent() {
            self.begun = Some(self.at);
            return self.go(State::Intending, Command::Intend(self.at));
        }
        self.clear_then(Next::Execute)
    }

    fn clear_then(&mut self, next: Next) -> Command {
        if !self.shape().leftover {
            return self.cleared(next);
        }
        let command = match next {
            Next::Record => Command::TidyUp(self.at),
            _ => Command::ClearLeftovers(self.at),
        };
        self.go(State::Clearing(next), command)
    }

    fn cleared(&mut self, next: Next) -> Command {
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

    fn executed(&mut self, event: Event) -> Command {
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

    fn retry(&mut self) -> Command {
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

    fn stopped(&self) -> End {
        if self.wish == Wish::Abort { End::Aborted } else { End::Paused }
    }

    /// Ends the run, but not before what the attempt left is gone.
    fn give_up(&mut self, end: End) -> Command {
        self.end = Some(end);
        self.clear_then(Next::Record)
    }

    fn confirmed(&mut self, there: bool) -> Command {
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

    fn settled(&mut self) -> Command {
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

    fn verified(&mut self, good: bool) -> Command {
        if good { self.pass() } else { self.record(End::Failed(Why::VerificationFailed(self.at))) }
    }

    /// On to the next step.
    fn pass(&mut self) -> Command {
        self.lost = 0;
        if self.is_forward() {
            self.at += 1;
        }
        self.begin()
    }
}
