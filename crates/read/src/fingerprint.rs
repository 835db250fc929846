//! The fingerprint of a live database, as plans are bound to it.

use connect::Session;
use model::{Fault, Fingerprint};

/// Reads the live schema and answers its fingerprint.
///
/// # Errors
/// `read.catalog` when a catalog query fails.
pub async fn fingerprint(session: &Session) -> Result<Fingerprint, Fault> {
    Ok(crate::live::read(session).await?.fingerprint())
}
