//! SQL files named on the command line.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use lint::SourceFile;
use model::Fault;

/// Every `.sql` file that is named, or lies in a folder that is named, in the order in which migrations run.
/// Of a folder, what git ignores is left out, and what takes a migration back.
///
/// # Errors
/// `cli.file` when a path is not there or cannot be read.
pub fn sql_files(paths: &[PathBuf]) -> Result<Vec<SourceFile>, Fault> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_file() {
            files.push(load(path)?);
        } else if path.is_dir() {
            let found: Vec<PathBuf> = ignore::Walk::new(path)
                .flatten()
                .map(ignore::DirEntry::into_path)
                .filter(|path| path.is_file() && path.extension().is_some_and(|ending| ending == "sql"))
                .collect();
            let (back, mut found): (Vec<PathBuf>, Vec<PathBuf>) =
                found.into_iter().partition(|path| lint::undoes(&path.to_string_lossy()));
            if !back.is_empty() {
                anstream::eprintln!(
                    "note: files of {} that take migrations back are left out: {}",
                    path.display(),
                    back.len()
                );
            }
            found.sort_by_cached_key(|path| lint::run_order(&path.to_string_lossy()));
            files.extend(found.iter().map(|path| load(path)).collect::<Result<Vec<_>, _>>()?);
        } else {
            return Err(
                Fault::new("cli.file", "there is no such file or folder").at(path.display().to_string())
            );
        }
    }
    Ok(files)
}

fn load(path: &Path) -> Result<SourceFile, Fault> {
    let bytes = std::fs::read(path).map_err(|error| {
        Fault::new("cli.file", "the file could not be read").at(path.display().to_string()).cause(error)
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count();
        Fault::new("cli.file", "the file is not UTF-8").at(format!("{}:{}", path.display(), line + 1))
    })?;
    Ok(SourceFile::new(path.to_string_lossy(), text))
}

/// Files that git says changed since a revision, or that it does not know; the others ran before.
///
/// # Errors
/// `cli.git` when git cannot tell.
pub fn changed_since(rev: &str, files: Vec<SourceFile>) -> Result<Vec<SourceFile>, Fault> {
    if rev.starts_with('-') {
        return Err(
            Fault::new("cli.git", format!("{rev} is no revision")).help("--since wants a revision git knows")
        );
    }
    let folder = files.first().and_then(|file| Path::new(&file.path).parent());
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // From the top of the repository, so that it does not matter where the command is typed.
    let top = PathBuf::from(git(folder, &["rev-parse", "--show-toplevel"])?.trim_end_matches(['\r', '\n']));
    let changed = git(&top, &["diff", "--name-only", "-z", rev, "--"])?;
    let unknown = git(&top, &["ls-files", "--others", "--exclude-standard", "-z"])?;
    let names = changed.split('\0').chain(unknown.split('\0')).filter(|name| !name.is_empty());
    let changed: BTreeSet<PathBuf> = names.filter_map(|name| top.join(name).canonicalize().ok()).collect();
    let is_changed =
        |file: &SourceFile| Path::new(&file.path).canonicalize().is_ok_and(|path| changed.contains(&path));
    Ok(files.into_iter().map(|file| if is_changed(&file) { file } else { file.applied() }).collect())
}

fn git(folder: &Path, args: &[&str]) -> Result<String, Fault> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output();
    let output = output.map_err(|error| Fault::new("cli.git", "git could not be asked").cause(error))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Fault::new("cli.git", format!("git says: {said}")).help("--since wants a revision git knows"))
}
