//! The drizzle-orm that tests read projects with.

use std::path::{Path, PathBuf};

/// The packages that the Drizzle reader's own tests pin.
pub(crate) fn packages(generation: &str) -> PathBuf {
    let oracle = Path::new(env!("CARGO_MANIFEST_DIR")).join("../drizzle/tests/oracle");
    testkit::packages(&oracle.join(generation))
}
