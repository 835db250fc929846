//! The folder of one server, and the sweeping of folders whose owner is gone.

use std::env;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, SystemTime};

use model::Fault;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::privilege::RunAs;

/// A name of this kind is still being made: its owner holds no lock yet.
const UNFINISHED: &str = "new-";

/// An unfinished folder this old has lost its maker; making one takes milliseconds.
const UNFINISHED_AGE: Duration = Duration::from_secs(60);

/// The file whose lock the owner of a folder holds for as long as it lives.
const LOCK_FILE: &str = "owner.lock";

/// How long an orphaned server may take to stop.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(8);

/// A folder that is removed with its owner: by `Drop`, or after a SIGKILL by the next [`sweep`], which
/// knows an abandoned folder by its lock being free.
#[derive(Debug)]
pub(crate) struct RunFolder {
    path: PathBuf,
    _lock: File,
}

impl RunFolder {
    /// Makes a folder with a unique short name below `root`, which is made as well.
    pub(crate) fn make(root: &Path, run_as: &RunAs) -> Result<Self, Fault> {
        let made = loop {
            match Self::try_make(root, run_as) {
                // Whoever removed the last folder removed the root after it.
                Err(error)
                    if error.kind() == ErrorKind::NotFound && root.parent().is_some_and(Path::exists) => {}
                made => break made,
            }
        };
        made.map_err(|error| {
            Fault::new("shadow.folder", "no folder can be made for the server")
                .at(root.display().to_string())
                .cause(error)
                .help("make the place writable, or name another with LOCKKEEPER_CACHE_DIR")
        })
    }

    fn try_make(root: &Path, run_as: &RunAs) -> io::Result<Self> {
        make_root(root)?;
        let private = fs::Permissions::from_mode(0o700);
        let unfinished = tempfile::Builder::new()
            .prefix(UNFINISHED)
            .rand_bytes(8)
            .permissions(private)
            .tempdir_in(root)?;
        let lock = open_lock(unfinished.path())?;
        lock.try_lock()?;
        run_as.let_through(unfinished.path())?;
        let name = unfinished.path().file_name().map(|name| name.to_string_lossy().replace(UNFINISHED, ""));
        let path = root.join(name.unwrap_or_default());
        fs::rename(unfinished.path(), &path)?;
        // The new name is ours from here on; the old one is gone.
        let _ = unfinished.keep();
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for RunFolder {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

fn remove(path: &Path) {
    // What cannot be removed now is swept by a later start.
    let _ = fs::remove_dir_all(path);
    if let Some(root) = path.parent() {
        // Only succeeds when nothing else is in it.
        let _ = fs::remove_dir(root);
    }
}

/// Where servers' folders may be on this machine: in memory, on disk, and for sockets whose path
/// would otherwise be too long.
#[derive(Debug)]
pub(crate) struct Roots {
    /// On a file system in memory, where there is one.
    pub(crate) memory: Option<PathBuf>,
    /// In the cache folder.
    pub(crate) disk: PathBuf,
    /// A short path.
    pub(crate) short: PathBuf,
}

impl Roots {
    pub(crate) fn of(cache: &Path) -> Self {
        let name = format!("lockkeeper-{}", nix::unistd::geteuid());
        let shm = Path::new("/dev/shm");
        let memory = (cfg!(target_os = "linux") && shm.is_dir()).then(|| shm.join(&name));
        Self { memory, disk: cache.join("run"), short: env::temp_dir().join(&name) }
    }

    /// Removes the folders whose owners are gone, and ends servers that still run in them.
    pub(crate) fn sweep(&self) {
        for root in self.memory.iter().chain([&self.disk, &self.short]) {
            sweep(root);
        }
    }
}

/// The root is in a place that others can write to, so it must be ours and no link.
fn make_root(root: &Path) -> io::Result<()> {
    if let Err(error) = DirBuilder::new().mode(0o711).create(root)
        && error.kind() != ErrorKind::AlreadyExists
    {
        return Err(error);
    }
    let meta = fs::symlink_metadata(root)?;
    let ours = meta.is_dir() && meta.uid() == nix::unistd::geteuid().as_raw();
    if ours { Ok(()) } else { Err(io::Error::new(ErrorKind::PermissionDenied, "somebody else made it")) }
}

fn sweep(root: &Path) {
    if make_root_is_ours(root) {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            sweep_one(&entry.path());
        }
        let _ = fs::remove_dir(root);
    }
}

fn make_root_is_ours(root: &Path) -> bool {
    fs::symlink_metadata(root)
        .is_ok_and(|meta| meta.is_dir() && meta.uid() == nix::unistd::geteuid().as_raw())
}

fn sweep_one(folder: &Path) {
    let unfinished = folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(UNFINISHED));
    if !folder.is_dir() || (unfinished && !is_old(folder)) {
        return;
    }
    // While we hold the lock no other sweeper comes in.
    let Ok(lock) = open_lock(folder) else { return };
    if lock.try_lock().is_ok() {
        end_orphan(&folder.join("data"));
        remove(folder);
    }
}

fn is_old(folder: &Path) -> bool {
    let modified = fs::metadata(folder).and_then(|meta| meta.modified());
    modified.is_ok_and(|at| SystemTime::now().duration_since(at).is_ok_and(|age| age > UNFINISHED_AGE))
}

fn open_lock(folder: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(LOCK_FILE))
}

/// Ends the server of a data directory whose owner is gone, where it still runs.
fn end_orphan(data: &Path) {
    let pid_file = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let Some(pid) = pid_file.lines().next().and_then(|line| line.parse().ok()).map(Pid::from_raw) else {
        return;
    };
    if !runs_in(pid, data) {
        return;
    }
    for signal in [Signal::SIGQUIT, Signal::SIGKILL] {
        // It may end between the look and the signal.
        let _ = kill(pid, signal);
        let started = SystemTime::now();
        while kill(pid, None).is_ok() && started.elapsed().unwrap_or_default() < ORPHAN_PATIENCE {
            thread::sleep(Duration::from_millis(10));
        }
        if kill(pid, None).is_err() {
            return;
        }
    }
}

/// Whether that process is the server of that data directory, and not a later one with its number.
fn runs_in(pid: Pid, data: &Path) -> bool {
    let data = data.to_string_lossy();
    if cfg!(target_os = "linux") {
        return fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains(&*data));
    }
    let listed = std::process::Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
    listed.is_ok_and(|listed| String::from_utf8_lossy(&listed.stdout).contains(&*data))
}
