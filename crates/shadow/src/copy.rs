//! Copies a template data directory.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use crate::privilege::RunAs;

/// Copies a folder with everything in it; file contents are shared on file systems that can
/// (`copy_file_range` on Linux, `clonefile` on macOS). What it makes belongs to the user the servers run as.
pub(crate) fn tree(from: &Path, to: &Path, run_as: &RunAs) -> io::Result<()> {
    private_folder(to, run_as)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            tree(&entry.path(), &target, run_as)?;
        } else {
            fs::copy(entry.path(), &target)?;
            run_as.own(&target)?;
        }
    }
    Ok(())
}

/// Makes a folder that only the user the servers run as may enter, as PostgreSQL demands of its data.
pub(crate) fn private_folder(path: &Path, run_as: &RunAs) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)?;
    run_as.own(path)
}
