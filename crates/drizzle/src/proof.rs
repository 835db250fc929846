//! Evaluates, and shows that nothing the sandbox had to answer reaches the answer.

use model::Fault;

use crate::sandbox::{Evaluated, Evaluation, Failure, evaluate};

/// Evaluates until there is an answer, with what each failed attempt taught.
///
/// # Errors
/// The project's fault.
pub(crate) fn evaluated(mut evaluation: Evaluation<'_>) -> Result<Evaluated, Fault> {
    for _ in 0..ATTEMPTS_MAX {
        match evaluate(&evaluation) {
            Ok(evaluated) => return Ok(evaluated),
            Err(Failure::Fault(fault)) => return Err(fault),
            Err(Failure::Learned(learned)) => evaluation.learned = learned,
        }
    }
    Err(Fault::new("drizzle.engine", "gave up: each attempt to evaluate the project found another module that fails"))
}

/// Each attempt learns of one module or name; projects need a handful.
const ATTEMPTS_MAX: usize = 64;
