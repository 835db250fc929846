//! One server of our own: a data directory, a socket and a process.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use connect::Target;
use model::Fault;
use nix::sys::signal::Signal;

use crate::copy;
use crate::folder::{Roots, RunFolder};
use crate::installation::Installation;
use crate::keeper::{Keeper, last_lines};
use crate::privilege::RunAs;
use crate::settings;
use crate::start::Storage;
use crate::template::SUPERUSER;

/// How long a server may take to accept connections: 0.1 s on a quiet machine, more after a crash.
const START_PATIENCE: Duration = Duration::from_secs(60);

/// The port in the socket's name, where the caller's settings give none; every server has a folder of
/// its own, so they may all have the same.
const PORT: u16 = 5432;

/// The longest path of a socket on every platform (macOS has 104 bytes with the final NUL).
const SOCKET_PATH_BYTES_MAX: usize = 103;

/// Free memory that a server in memory must leave, in bytes, for [`Storage::Auto`] to choose memory.
const MEMORY_FREE_MIN: u64 = 2 << 30;

/// A running server that goes away, with its folder, when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    // The process is ended before its folders are removed: fields are dropped in this order.
    process: Mutex<Option<Keeper>>,
    installation: Installation,
    run_as: RunAs,
    folder: RunFolder,
    sockets: Option<RunFolder>,
    port: u16,
}

impl Server {
    /// Copies the template and starts a server on the copy.
    pub(crate) async fn start(
        installation: Installation,
        run_as: RunAs,
        template: &Path,
        roots: &Roots,
        storage: Storage,
        more: &[(String, String)],
    ) -> Result<Self, Fault> {
        let root = storage.root(roots)?;
        let in_memory = roots.memory.as_deref() == Some(root);
        let folder = RunFolder::make(root, &run_as)?;
        let port = more.iter().rfind(|(name, _)| name == "port").and_then(|(_, port)| port.parse().ok());
        let port = port.unwrap_or(PORT);
        let fits = folder.path().as_os_str().len() + socket_name(port).len() < SOCKET_PATH_BYTES_MAX;
        let sockets = if fits { None } else { Some(RunFolder::make(&roots.short, &run_as)?) };
        let server = Self { process: Mutex::new(None), installation, run_as, folder, sockets, port };
        server
            .prepare(template, in_memory, more)
            .await
            .map_err(|error| server.not_started("its data directory cannot be made").cause(error))?;
        server.launch().await?;
        Ok(server)
    }

    async fn prepare(&self, template: &Path, in_memory: bool, more: &[(String, String)]) -> io::Result<()> {
        let (template, data, run_as) = (template.to_owned(), self.data(), self.run_as.clone());
        let copied = tokio::task::spawn_blocking(move || copy::tree(&template, &data, &run_as)).await;
        copied.map_err(io::Error::other)??;
        copy::private_folder(self.socket_folder().as_path(), &self.run_as)?;
        settings::write(&self.data(), &self.socket_folder(), in_memory, more)
    }

    async fn launch(&self) -> Result<(), Fault> {
        let data = self.data();
        let open = || OpenOptions::new().create(true).append(true).open(self.log());
        let log = open().and_then(|log| Ok((log.try_clone()?, log)));
        let (out, err) = log.map_err(|error| self.not_started("its log cannot be written").cause(error))?;
        let mut command = Command::new(self.installation.bin.join("postgres"));
        command.arg("-D").arg(&data).current_dir(&data);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("PG")) {
            command.env_remove(name);
        }
        let keeper = Keeper::start(command, &self.run_as, Signal::SIGQUIT)
            .map_err(|error| self.not_started("its program does not run").cause(error))?;
        self.wait_ready(&keeper).await?;
        *self.process() = Some(keeper);
        Ok(())
    }

    async fn wait_ready(&self, keeper: &Keeper) -> Result<(), Fault> {
        let started = Instant::now();
        let pid = keeper.pid().to_string();
        while !is_ready(&self.data(), &pid) {
            if keeper.has_ended() {
                return Err(self.not_started("it ended at once").cause(self.log_tail()));
            }
            if started.elapsed() > START_PATIENCE {
                return Err(self.not_started("it took longer than 60 s").cause(self.log_tail()));
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        Ok(())
    }

    /// Stops the server as a crash would and starts it again on the same data.
    pub(crate) async fn restart(&self) -> Result<(), Fault> {
        self.end().await;
        self.launch().await
    }

    /// Ends the process; the data stays until the value is dropped.
    pub(crate) async fn end(&self) {
        let keeper = self.process().take();
        // Dropping it waits for the end. A task that cannot be run is dropped too.
        let _ = tokio::task::spawn_blocking(move || drop(keeper)).await;
    }

    fn process(&self) -> std::sync::MutexGuard<'_, Option<Keeper>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server's process id while it runs.
    pub(crate) fn pid(&self) -> Option<u32> {
        let running = self.process();
        let keeper = running.as_ref().filter(|keeper| !keeper.has_ended());
        keeper.map(|keeper| keeper.pid().as_raw().unsigned_abs())
    }

    /// The programs it runs with.
    pub(crate) fn installation(&self) -> &Installation {
        &self.installation
    }

    /// How to reach a database on it.
    pub(crate) fn target(&self, database: &str) -> Target {
        Target::socket(&self.socket_folder(), self.port, SUPERUSER, database)
    }

    /// The folder the socket is in.
    pub(crate) fn socket_folder(&self) -> PathBuf {
        self.sockets.as_ref().unwrap_or(&self.folder).path().join("s")
    }

    /// The end of the server's log.
    pub(crate) fn log_tail(&self) -> String {
        last_lines(&String::from_utf8_lossy(&fs::read(self.log()).unwrap_or_default()))
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    fn not_started(&self, why: &str) -> Fault {
        let version = &self.installation.version;
        Fault::new("shadow.start", format!("the throwaway PostgreSQL {version} did not start: {why}"))
            .at(self.installation.bin.display().to_string())
            .help("if the end of its log speaks of damaged files, remove the cache folder; another server can be given with --shadow-url")
    }
}

fn socket_name(port: u16) -> String {
    format!("/s/.s.PGSQL.{port}")
}

/// Whether the server says in its pid file that it accepts connections.
fn is_ready(data: &Path, pid: &str) -> bool {
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let mut lines = text.lines();
    lines.next() == Some(pid) && lines.last().is_some_and(|status| status.trim() == "ready")
}

impl Storage {
    fn root(self, roots: &Roots) -> Result<&Path, Fault> {
        match (self, &roots.memory) {
            (Self::Memory, Some(memory)) => Ok(memory),
            (Self::Memory, None) => Err(Fault::new(
                "shadow.memory",
                "a server in memory was asked for, and this machine has no file system in memory",
            )),
            (Self::Auto, Some(memory)) if has_room(memory) => Ok(memory),
            _ => Ok(&roots.disk),
        }
    }
}

/// Whether memory is plenty: for the file system, and on the machine as a whole.
#[allow(clippy::useless_conversion, reason = "the counts are 32 bits wide on some platforms")]
fn has_room(memory: &Path) -> bool {
    let Some(stat) = memory.parent().and_then(|shm| nix::sys::statvfs::statvfs(shm).ok()) else {
        return false;
    };
    let free = u64::from(stat.blocks_available()).saturating_mul(u64::from(stat.fragment_size()));
    free >= MEMORY_FREE_MIN && available_memory().is_some_and(|bytes| bytes >= MEMORY_FREE_MIN)
}

/// `MemAvailable` of `/proc/meminfo`, in bytes.
fn available_memory() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
