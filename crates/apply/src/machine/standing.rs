//! Where a run stands when it begins, and whether what it rests on still holds.

use super::{Command, End, Kind, Machine, State, StepState, Why};

impl Machine {
    /// Finds the step in question: done steps come first, then at most one of unknown outcome, then
    /// pending ones.
    pub(super) fn read(&mut self, states: &[StepState]) -> Command {
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
    pub(super) fn recheck(&mut self) -> Command {
        let Some(last) = self.at.checked_sub(1).filter(|_| self.at <= self.course.goal) else {
            return self.begin();
        };
        if self.course.shapes[last].forward == Kind::Nothing {
            return self.begin();
        }
        self.go(State::Rechecking, Command::Probe(last))
    }

    pub(super) fn rechecked(&mut self, holds: bool) -> Command {
        self.at -= 1;
        if holds {
            return self.go(State::Verifying, Command::Verify(self.at));
        }
        // Rows that came in meanwhile are filled as the others were, and what a later step's undo took
        // along (see `survey`) is done again: an index may go with the partition that had it.
        if self.kind() == Kind::Backfill || self.shape().back == Kind::Nothing || self.course.turns_around {
            return self.carry_out();
        }
        self.record(End::Failed(Why::Drifted(self.at)))
    }

    /// The way back is at its end. A step that stays done and has no undo of its own may have lost its
    /// effect to the undo of a later one: a check that was dropped comes back not validated. Such a step
    /// is to be done again on the way forward.
    pub(super) fn survey(&mut self) -> Command {
        let last = self.at.checked_sub(1).map(|last| (last, self.course.shapes[last]));
        match last {
            Some((last, shape)) if shape.back == Kind::Nothing && shape.forward != Kind::Nothing => {
                self.go(State::Surveying, Command::Probe(last))
            }
            _ => self.record(End::Reached),
        }
    }

    pub(super) fn surveyed(&mut self, holds: bool) -> Command {
        if holds {
            return self.record(End::Reached);
        }
        self.at -= 1;
        self.go(State::Settling, Command::Settle { ordinal: self.at, already: true })
    }
}
