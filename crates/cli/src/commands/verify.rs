//! `lockkeeper verify`

use model::Fault;
use read::Reader;

use super::Ending;
use crate::answer;
use crate::args::CompareArgs;
use crate::context::Context;

pub(super) async fn run(context: &Context, args: &CompareArgs) -> Result<Ending, Fault> {
    let (from, to) = (context.from(args)?, context.to(args)?);
    let mut first = Reader::new(context.shadow(None), &context.progress);
    let live = first.read(&from).await?;
    let major = live.server_version.map(|version| version / 10_000);
    drop(first);
    let mut second = Reader::new(context.shadow(major), &context.progress);
    let wanted = second.read(&to).await?;
    let wanted = match &wanted.scope {
        Some(scope) => scope.widen(&wanted.schema, &live.schema),
        None => wanted.schema,
    };
    let verification = verify::sync(&live.schema, &wanted, &context.renames(args)?)?;
    answer::give(context.format, &verification, ToString::to_string)?;
    Ok(Ending::of(verification.equal))
}
