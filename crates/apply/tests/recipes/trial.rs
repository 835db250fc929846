//! One pair of schemas with rows: there, writes of an application, and back from some phase.

use connect::Session;
use model::{PhaseName, Schema};

use crate::pairs::Random;
use crate::world::{self, Alone, World};
use crate::yard::{self, Yard, ask, run};

/// A pair, and what has to hold of it.
pub struct Trial {
    /// The schema as it is.
    pub before: String,
    /// Its rows.
    pub data: String,
    /// The schema that is wanted.
    pub after: String,
    /// Asks for what must be the same at the start and at the end of the plan.
    pub kept: String,
    /// Asks for all rows.
    pub whole: String,
    /// What an application writes before the way back.
    pub writes: Writes,
}

/// Statements of an application.
pub struct Writes {
    /// Writes something.
    pub make: String,
    /// Whether all of it is there.
    pub find: String,
    /// Takes it out again.
    pub take_back: String,
}

impl Trial {
    /// To the end of a phase that is drawn, and back; says how it went.
    pub async fn there_and_back(&self, yard: &Yard, major: u32, random: &mut Random) -> String {
        let drawn = (random.next() % 4) as usize;
        self.there(yard, major, |world| phase(world, drawn)).await
    }

    /// To the end of the plan, and back.
    pub async fn to_the_end_and_back(&self, yard: &Yard, major: u32) -> String {
        self.there(yard, major, |_| PhaseName::Contract).await
    }

    async fn there(&self, yard: &Yard, major: u32, until: impl FnOnce(&World) -> PhaseName) -> String {
        let to = yard.schema_of(major, &self.after).await;
        let (database, session) = yard.make(major, &self.before, &self.data).await;
        let from = world::schema(&session).await;
        let Some(plan) = yard::plan(&from, &to, major) else {
            session.close().await;
            yard.give_back(major, database).await;
            return "the same".to_owned();
        };
        let world = World { database, plan, to, guard: Box::new(Alone::of(&from)) };
        let end = self.go(&world, &session, &from, until(&world)).await;
        session.close().await;
        yard.give_back(major, world.database).await;
        end
    }

    async fn go(&self, world: &World, session: &Session, from: &Schema, until: PhaseName) -> String {
        let (kept, whole) = (ask(session, &self.kept).await, ask(session, &self.whole).await);
        let told = || self.told(session.server().major, world, until);
        let mut end = format!("to {until}");
        match world.try_apply(until).await {
            Ok(run) if run.arrived == Some(false) => {
                panic!("still to do after the plan:\n{}\n{}", world.difference().await, told());
            }
            Ok(run) if run.arrived.is_some() => {
                assert_eq!(ask(session, &self.kept).await, kept, "{}", told());
            }
            Ok(_) => {}
            // Rows can be in the way of what is wanted; then nothing of the step is there, and the rest goes back.
            Err(fault) => {
                let is_known = ROWS_IN_THE_WAY.iter().any(|why| fault.to_string().contains(why));
                assert!(is_known, "{fault}\n{}", told());
                end.push_str(", rows in the way");
            }
        }
        run(session, &self.writes.make).await;
        let back = world.roll_back(None).await;
        if back.arrived == Some(false) {
            panic!("not back at the start:\n{}\n{}", world.difference_to(from).await, told());
        }
        assert_eq!(ask(session, &self.writes.find).await.as_deref(), Some("t"), "lost writes\n{}", told());
        run(session, &self.writes.take_back).await;
        if ask(session, &self.whole).await != whole {
            // Where a column had to be converted in place, the plan says what that costs.
            let is_told = world.plan.notes.iter().any(|note| note.contains("not the data it held"));
            assert!(is_told, "other rows than at the start\n{}", told());
            end.push_str(", not the data it held");
        }
        end
    }

    fn told(&self, major: u32, world: &World, until: PhaseName) -> String {
        let review = plan::review::review(&world.plan);
        format!("on {major}, to {until}\n{}\n--\n{}\n{review}", self.before, self.after)
    }
}

/// The phase at this place before cleanup; the end where the plan has not so many.
fn phase(world: &World, at: usize) -> PhaseName {
    let phases = world.plan.phases();
    let until = phases.into_iter().filter(|phase| *phase < PhaseName::Cleanup).nth(at);
    until.unwrap_or(PhaseName::Contract)
}

/// What the server says of rows that do not fit.
const ROWS_IN_THE_WAY: [&str; 5] = ["23502", "23514", "cannot become", "22001", "contains null values"];
