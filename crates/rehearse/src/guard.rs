//! Tells a run which schema the database has.

use apply::{Guard, GuardFuture};
use connect::Session;

/// Reads the live schema each time it is asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct LiveSchema;

impl Guard for LiveSchema {
    fn fingerprint<'a>(&'a self, session: &'a Session) -> GuardFuture<'a> {
        Box::pin(read::fingerprint(session))
    }
}
