//! Chooses the statement that arrives, its row and its values.

use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

use crate::keys::values_for;
use crate::queue::Job;
use crate::shared::Shared;
use crate::{Kind, Workload};

/// How often a statement is chosen anew where there is no row for the one chosen first.
const CHOICES_MAX: usize = 16;

/// A statement ready to be sent.
#[derive(Debug)]
pub(crate) struct Draw {
    /// The statement's position in the workload.
    pub(crate) at: usize,
    /// The row that was lent to it.
    pub(crate) row: Option<String>,
    /// The values of its parameters.
    pub(crate) values: Vec<String>,
}

/// Draws a statement with a row and values, or nothing where none of the kind has rows to name.
pub(crate) fn draw(shared: &Shared, job: &Job) -> Option<Draw> {
    let mut rng = SmallRng::seed_from_u64(job.choice);
    let mut state = shared.state();
    for _ in 0..CHOICES_MAX {
        let at = choose(&job.workload, job.kind, &mut rng)?;
        let statement = &job.workload.statements[at];
        let row = state.books.ledger.lend(&statement.does, &mut rng);
        match values_for(statement, row.as_deref(), &state.books.values, &shared.numbers, &mut rng) {
            Some(values) => return Some(Draw { at, row, values }),
            None => state.books.ledger.take_back(&statement.does, row),
        }
    }
    None
}

/// The position of a statement of the kind, chosen by weight.
fn choose(workload: &Workload, kind: Kind, rng: &mut SmallRng) -> Option<usize> {
    let total: u32 = workload.of_kind(kind).map(|statement| statement.weight).sum();
    if total == 0 {
        return None;
    }
    let mut left = rng.random_range(0..total);
    workload.statements.iter().position(|statement| {
        if statement.does.kind() != kind {
            return false;
        }
        let here = left < statement.weight;
        left = left.saturating_sub(statement.weight);
        here
    })
}
