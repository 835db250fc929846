//! The run as a state machine: events in, commands out, no I/O, no clock, no randomness.
//!
//! The shell carries commands out and answers each with one event. A crash of the process is the same
//! as a new machine; a lost connection takes the same way inside the running one: reconnect, end what
//! the old connection may still be doing, read the journal, and ask the probe of the step in question.
//! That is all there is to resuming, so it can be simulated by the million.

mod nouns;
mod standing;
mod step;

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

    /// On to the next step.
    fn pass(&mut self) -> Command {
        self.lost = 0;
        if self.is_forward() {
            self.at += 1;
        }
        self.begin()
    }
}
