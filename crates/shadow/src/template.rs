//! Template data directories: initdb once per version, copied for each server.

use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use model::{Fault, Progress};

use crate::cache::{self, CacheLock};
use crate::copy::private_folder;
use crate::installation::Installation;
use crate::keeper::{self, Output};
use crate::privilege::RunAs;

/// How long initdb may take: under a second on a quiet machine, 15 s were seen on a busy one.
const INITDB_PATIENCE: Duration = Duration::from_secs(60);

/// The superuser of every throwaway server.
pub(crate) const SUPERUSER: &str = "postgres";

/// Locales for templates: Unicode character classes with a stable order where the platform has them.
const LOCALES: [&str; 2] = ["C.UTF-8", "C"];

/// The template data directory for this installation, made if need be.
///
/// # Errors
/// `shadow.initdb` with the end of what initdb said; `shadow.cache`.
pub(crate) async fn folder(
    installation: &Installation,
    run_as: &RunAs,
    cache: &Path,
    progress: &dyn Progress,
) -> Result<PathBuf, Fault> {
    let templates = cache.join("templates");
    let folder = templates.join(key(installation, run_as));
    if folder.is_dir() {
        return Ok(folder);
    }
    cache::make(&templates)?;
    let _lock = CacheLock::take(&folder.with_extension("lock")).await?;
    if !folder.is_dir() {
        progress.begin(&format!("preparing PostgreSQL {} (once)", installation.version), None);
        let made = make(installation, run_as, &folder).await;
        progress.end(if made.is_ok() { "its template is in the cache" } else { "failed" });
        made?;
    }
    Ok(folder)
}

/// Names a template by all it depends on. The dot keeps `with_extension` off the version.
fn key(installation: &Installation, run_as: &RunAs) -> String {
    let mut hasher = DefaultHasher::new();
    (&installation.bin, format!("{run_as:?}"), LOCALES).hash(&mut hasher);
    format!("{}-{:016x}.data", installation.version, hasher.finish())
}

async fn make(installation: &Installation, run_as: &RunAs, folder: &Path) -> Result<(), Fault> {
    let unfinished = folder.with_extension("new");
    let mut complaint = String::new();
    for locale in LOCALES {
        empty(&unfinished, run_as).map_err(|error| failed(installation, &unfinished).cause(error))?;
        let output = initdb(installation, run_as, &unfinished, locale).await?;
        if output.success {
            return fs::rename(&unfinished, folder)
                .map_err(|error| failed(installation, folder).cause(error));
        }
        complaint = output.complaint;
        if !complaint.contains("locale") {
            break;
        }
    }
    // A half-made folder is of no use to anybody.
    let _ = fs::remove_dir_all(&unfinished);
    Err(failed(installation, folder).cause(complaint))
}

async fn initdb(
    installation: &Installation,
    run_as: &RunAs,
    data: &Path,
    locale: &str,
) -> Result<Output, Fault> {
    let mut command = Command::new(installation.bin.join("initdb"));
    command.arg("--pgdata").arg(data).current_dir(data);
    command.args(["--no-sync", "--auth=trust", "--encoding=UTF8"]);
    command.args(["--username", SUPERUSER, "--locale", locale]);
    keeper::run(command, run_as, INITDB_PATIENCE)
        .await
        .map_err(|error| failed(installation, data).cause(error))
}

fn empty(folder: &Path, run_as: &RunAs) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    private_folder(folder, run_as)
}

fn failed(installation: &Installation, folder: &Path) -> Fault {
    Fault::new("shadow.initdb", format!("initdb of PostgreSQL {} failed", installation.version))
        .at(folder.display().to_string())
        .help("check that the disk has room and that the installation works, or give a server with --shadow-url")
}
