//! Two sources read and made comparable: what one of them cannot say, what the settings ignore, and what
//! only looks different, is not a difference.

use model::{Fault, Schema};
use read::{Reader, Reading, Source};

use crate::context::Context;

/// Two schemas that can be compared.
pub struct Pair {
    /// The schema as it is.
    pub from: Schema,
    /// The schema as it is wanted.
    pub to: Schema,
    /// `server_version_num` of the live database.
    pub server_version: Option<u32>,
    /// What the readers want told.
    pub notes: Vec<String>,
}

/// Reads both sources and makes them comparable.
///
/// # Errors
/// Those of reading (`connect.…`, `read.…`, `shadow.…`), and `config.ignore`.
pub async fn read(
    context: &Context,
    reader: &mut Reader<'_>,
    from: &Source,
    to: &Source,
) -> Result<Pair, Fault> {
    let from = reader.read(from).await?;
    let wanted = reader.read(to).await?;
    of(context, reader, from, wanted).await
}

/// Makes two readings comparable.
///
/// # Errors
/// `config.ignore`.
pub async fn of(
    context: &Context,
    reader: &mut Reader<'_>,
    from: Reading,
    wanted: Reading,
) -> Result<Pair, Fault> {
    let mut notes = from.notes;
    notes.extend(wanted.notes);
    let mut to = match &wanted.scope {
        Some(scope) => scope.widen(&wanted.schema, &from.schema),
        None => wanted.schema,
    };
    context.ignore()?.adopt(&mut to, &from.schema);
    let to = settled(reader, &from.schema, to, &mut notes).await;
    notes.dedup();
    Ok(Pair { from: from.schema, to, server_version: from.server_version.or(wanted.server_version), notes })
}

/// The wanted schema with expressions that differ in their text alone put right; where that cannot be found
/// out, as they are, and a note says so.
async fn settled(reader: &mut Reader<'_>, from: &Schema, to: Schema, notes: &mut Vec<String>) -> Schema {
    match reader.settle(from, &to).await {
        Ok(settled) => settled.unwrap_or(to),
        Err(fault) => {
            notes.push(format!("expressions were compared by their text alone: {fault}"));
            to
        }
    }
}
