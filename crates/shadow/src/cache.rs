//! The user's cache folder: downloaded servers and template data directories, made once for all.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use model::Fault;

use crate::privilege::RunAs;

/// How long another process may take to fill a part of the cache that we wait for: a download over a
/// slow line, or initdb on a busy machine.
const LOCK_PATIENCE: Duration = Duration::from_secs(600);

/// Anybody may look in: what is cached is public, and the servers may run as another user.
const FOLDER_MODE: u32 = 0o755;

/// The folder for what can be made again: `LOCKKEEPER_CACHE_DIR`, else `lockkeeper` in
/// `XDG_CACHE_HOME`, else in the platform's usual place.
///
/// # Errors
/// `shadow.cache` when it cannot be made, or the user the servers run as cannot enter it.
pub(crate) fn folder(run_as: &RunAs) -> Result<PathBuf, Fault> {
    let chosen = variable("LOCKKEEPER_CACHE_DIR").map(PathBuf::from);
    let folder = match (chosen, run_as) {
        (Some(chosen), _) => chosen,
        // Root's own folders are closed to the user that the servers run as.
        (None, RunAs::User { .. }) => PathBuf::from("/var/cache/lockkeeper"),
        (None, _) => usual(),
    };
    make(&folder)?;
    let folder = folder.canonicalize().map_err(|error| unusable(&folder).cause(error))?;
    if let RunAs::User { name, .. } = run_as
        && !anyone_may_enter(&folder)
    {
        return Err(unusable(&folder)
            .cause(format!("the servers run as user {name}, who may not enter it"))
            .help("name a folder that everybody may enter with LOCKKEEPER_CACHE_DIR"));
    }
    Ok(folder)
}

fn usual() -> PathBuf {
    if let Some(base) = variable("XDG_CACHE_HOME") {
        return Path::new(&base).join("lockkeeper");
    }
    let below_home =
        if cfg!(target_os = "macos") { "Library/Caches/lockkeeper" } else { ".cache/lockkeeper" };
    match variable("HOME") {
        Some(home) => Path::new(&home).join(below_home),
        None => env::temp_dir().join(format!("lockkeeper-cache-{}", nix::unistd::getuid())),
    }
}

fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// Makes a folder of the cache with its parents.
pub(crate) fn make(folder: &Path) -> Result<(), Fault> {
    let made = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(folder);
    made.map_err(|error| unusable(folder).cause(error))
}

fn anyone_may_enter(folder: &Path) -> bool {
    let enterable =
        |folder: &Path| fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    folder.ancestors().all(enterable)
}

fn unusable(folder: &Path) -> Fault {
    Fault::new("shadow.cache", "the cache folder cannot be used")
        .at(folder.display().to_string())
        .help("make it writable, or name another folder with LOCKKEEPER_CACHE_DIR")
}

/// Holds a part of the cache against other processes until it is dropped.
#[derive(Debug)]
pub(crate) struct CacheLock {
    _file: File,
}

impl CacheLock {
    /// Waits for the lock that this file stands for.
    pub(crate) async fn take(path: &Path) -> Result<Self, Fault> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path);
        let file = file.map_err(|error| unusable(path).cause(error))?;
        let started = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(TryLockError::Error(error)) => return Err(unusable(path).cause(error)),
                Err(TryLockError::WouldBlock) if started.elapsed() > LOCK_PATIENCE => {
                    return Err(unusable(path).cause("another process has held it for ten minutes"));
                }
                Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    }
}
