//! A path of a git revision, unpacked into a folder of its own; the working tree is not touched.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output};

use model::Fault;
use tempfile::TempDir;

/// The files of a revision, which go with the value.
pub(crate) struct Unpacked {
    folder: TempDir,
    path: PathBuf,
    /// The working tree's `node_modules` that the revision is read with: git does not hold them.
    pub(crate) packages: Vec<PathBuf>,
}

impl Unpacked {
    /// Where the wanted path is now.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(&self.path)
    }

    /// A fault of a file of the revision, which is named as the user named it.
    pub(crate) fn explained(&self, mut fault: Fault, rev: &str) -> Fault {
        let here = self.folder.path().canonicalize().unwrap_or_else(|_| self.folder.path().to_owned());
        let (unpacked, named) = (format!("{}/", here.display()), format!("git:{rev}:"));
        fault.what = fault.what.replace(&unpacked, &named);
        fault.place = fault.place.map(|place| place.replace(&unpacked, &named));
        fault.help = fault.help.map(|help| help.replace(&unpacked, &named));
        fault
    }

    /// Lets the revision's code find the packages that are installed in the working tree, beside the wanted
    /// path and above it.
    fn link_packages(&mut self, top: &Path) -> std::io::Result<()> {
        for folder in self.path.ancestors() {
            let installed = top.join(folder).join("node_modules");
            let link = self.folder.path().join(folder).join("node_modules");
            let has_place = link.parent().is_some_and(Path::is_dir);
            if installed.is_dir() && has_place && link.symlink_metadata().is_err() {
                std::os::unix::fs::symlink(&installed, link)?;
                self.packages.push(installed);
            }
        }
        Ok(())
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
    let mut unpacked = Unpacked { folder, path: path.to_owned(), packages: Vec::new() };
    if !unpacked.path().exists() {
        let what = format!("the revision {rev} has no {}", path.display());
        return Err(Fault::new("read.git", what).at(place).help("the path counts from the repository's top"));
    }
    unpacked.link_packages(Path::new(&top)).map_err(|error| {
        Fault::new("read.git", "the working tree's packages could not be linked").at(place).cause(error)
    })?;
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
