//! What time and change leave of an observation: decay and invalidation, all rules in one place.
//!
//! | what happened since | what is left of the observation |
//! |---|---|
//! | half a year | half its weight, again for each further half year |
//! | another major version of the server | half its weight |
//! | it was measured on another database | half its weight |
//! | the table was renamed or dropped | it counts for tables of its size, not for a table of its name |
//! | the table is ten times as large, or a tenth | the same |
//! | it was measured on a throwaway server | nothing, as soon as there is one that was not |

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::{Direction, Operation};

use super::observation::Observation;
use crate::timing::TableKey;

/// The age at which an observation counts half, in days.
const HALF_LIFE_DAYS: f64 = 182.0;

/// What is left of an observation of another major version.
const OTHER_MAJOR: f64 = 0.5;

/// What is left of an observation on another database.
const OTHER_DATABASE: f64 = 0.5;

/// The growth, or shrinking, that makes another table of it.
const GROWTH: f64 = 10.0;

/// The operations after which a name means something else.
pub(crate) const ENDS_OF_TABLES: [Operation; 2] = [Operation::DropTable, Operation::RenameTable];

/// What observations are judged against.
#[derive(Debug, Clone)]
pub(crate) struct Present {
    pub(crate) at: Timestamp,
    pub(crate) server_major: Option<u32>,
    pub(crate) database: Option<String>,
    /// The rows of the table that is asked for.
    pub(crate) rows: Option<f64>,
}

/// What is left of an observation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Standing {
    /// How much it counts, 0 to 1.
    pub(crate) weight: f64,
    /// Whether it still speaks for its table by name.
    pub(crate) speaks_for_table: bool,
}

/// When tables were renamed or dropped for the last time.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ends(BTreeMap<Arc<TableKey>, Timestamp>);

impl Ends {
    /// Finds them among observations in the order of time.
    pub(crate) fn of<'a>(observations: impl IntoIterator<Item = &'a Observation>) -> Self {
        let ends = observations.into_iter().filter(|observation| {
            let forward = observation.activity.direction == Direction::Forward;
            forward && observation.is_done() && ENDS_OF_TABLES.contains(&observation.activity.operation)
        });
        Self(ends.filter_map(|end| Some((end.table.clone()?, end.step.started_at))).collect())
    }

    /// What is left of an observation.
    pub(crate) fn standing(&self, observation: &Observation, present: &Present) -> Standing {
        let days = present.at.duration_since(observation.step.started_at).as_secs_f64() / 86_400.0;
        let mut weight = 0.5f64.powf(days.max(0.0) / HALF_LIFE_DAYS);
        if differ(observation.server_major(), present.server_major) {
            weight *= OTHER_MAJOR;
        }
        let database = observation.context.as_ref().map(|run| run.database.as_str());
        if differ(database, present.database.as_deref()) {
            weight *= OTHER_DATABASE;
        }
        Standing { weight, speaks_for_table: self.is_same_table(observation, present) }
    }

    fn is_same_table(&self, observation: &Observation, present: &Present) -> bool {
        let Some(table) = &observation.table else { return false };
        let ended = self.0.get(table).is_some_and(|end| *end >= observation.step.started_at);
        let grown = match (observation.step.rows, present.rows) {
            (Some(then), Some(now)) if then > 0.0 && now > 0.0 => {
                !(1.0 / GROWTH..=GROWTH).contains(&(now / then))
            }
            _ => false,
        };
        !ended && !grown
    }
}

/// Whether both are known and not the same.
fn differ<T: PartialEq>(then: Option<T>, now: Option<T>) -> bool {
    matches!((then, now), (Some(then), Some(now)) if then != now)
}

/// Observations on throwaway servers count only where there are no others.
pub(crate) fn prefer_real(observations: Vec<Observation>) -> Vec<Observation> {
    let (rehearsed, real): (Vec<_>, Vec<_>) = observations.into_iter().partition(Observation::is_rehearsal);
    if real.is_empty() { rehearsed } else { real }
}
