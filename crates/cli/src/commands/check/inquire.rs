//! Finds out what the two schemas do not say: on the live data, in the code, about the project.

use std::time::Duration;

use inspect::Limits;
use model::Fault;
use read::Source;

use crate::args::CheckArgs;
use crate::context::Context;
use crate::inquiry::Inquiry;
use crate::stages::Compared;

/// How many queries may take the longest time before no more are asked.
const LONG_QUERIES: u32 = 6;

pub(super) async fn inquire(
    context: &Context,
    args: &CheckArgs,
    from: &Source,
    compared: &Compared,
) -> Result<Inquiry, Fault> {
    let mut inquiry = Inquiry::default();
    if let Some(target) = from.target().filter(|_| args.query_seconds > 0) {
        let query = Duration::from_secs(args.query_seconds.into());
        let limits = Limits { query, total: query * LONG_QUERIES, ..Limits::default() };
        let Compared { from, to, changes, .. } = compared;
        inquiry.preconditions =
            inspect::preconditions(target, from, to, changes, limits, &context.progress).await?;
    }
    Ok(inquiry)
}
