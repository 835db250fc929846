//! A path of a git revision, unpacked into a folder of its own; the working tree is not touched.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

use model::Fault;
use tempfile::TempDir;

/// The files of a revision, which go with the value.
pub(crate) struct Unpacked {
    folder: TempDir,
    path: PathBuf,
}

impl Unpacked {
    /// Where the wanted path is now.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.path)
    }
}

/// Unpacks the whole revision with the user's own `git`: a schema file imports others beside it.
///
/// # Errors
/// `read.git` when there is no git, no repository, no such revision, or no such path in it.
pub(crate) fn unpack(rev: &str, path: &Path) -> Result<Unpacked, Fault> {
    let place = format!("git:{rev}:{}", path.display());
    if rev.is_empty() || rev.starts_with('-') {
        return Err(Fault::new("read.git", format!("\"{rev}\" is no revision")).at(place));
    }
    let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !inside {
        let what = "the path of a revision stays within the repository";
        return Err(Fault::new("read.git", what)
            .at(place)
            .help("write it without .. and without a leading /"));
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Fault::new("read.git", "no folder could be made for the revision").cause(error))?;
    let archive = folder.path().join("revision.tar");
    let top = git(&["rev-parse", "--show-toplevel"], &place)?;
    let top = String::from_utf8_lossy(&top.stdout).trim_end().to_owned();
    let output = archive.to_string_lossy();
    git(&["-C", &top, "archive", "--format=tar", "--output", &output, rev], &place)?;
    run(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(folder.path()), &place)?;
    let unpacked = Unpacked { folder, path: path.to_owned() };
    if !unpacked.path().exists() {
        let what = format!("the revision {rev} has no {}", path.display());
        return Err(Fault::new("read.git", what).at(place).help("the path counts from the repository's top"));
    }
    Ok(unpacked)
}

fn git(arguments: &[&str], place: &str) -> Result<Output, Fault> {
    run(Command::new("git").args(arguments), place)
}

fn run(command: &mut Command, place: &str) -> Result<Output, Fault> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| {
        Fault::new("read.git", format!("{program} does not run")).at(place.to_owned()).cause(error)
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Fault::new("read.git", "the revision could not be read").at(place.to_owned()).cause(said))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_and_ways_out_are_refused() {
        for (rev, path) in
            [("--output=x", "a.sql"), ("", "a.sql"), ("main", "../a.sql"), ("main", "/etc/passwd")]
        {
            assert_eq!(unpack(rev, Path::new(path)).err().unwrap().kind, "read.git", "{rev} {path}");
        }
    }
}
