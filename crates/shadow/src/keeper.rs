//! Child processes that do not outlive us.

use std::fs::File;
use std::io;
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::sync::watch;

use crate::privilege::RunAs;

/// How long a child may take to end after it was told to, before it is killed: a server's immediate
/// stop takes milliseconds, and itself kills stubborn backends after 5 s.
const END_PATIENCE: Duration = Duration::from_secs(8);

/// A child process with a thread that waits for it.
///
/// The kernel's "end me with my parent" means the parent *thread*, so the thread that starts the
/// child lives exactly as long as the child.
#[derive(Debug)]
pub(crate) struct Keeper {
    pid: Pid,
    signal: Signal,
    /// Held while the child is signalled or reaped, so that a signal never meets a reused pid.
    reaped: Arc<Mutex<bool>>,
    ended: watch::Receiver<Option<ExitStatus>>,
}

impl Keeper {
    /// Starts a command. `signal` ends it: when this value is dropped, or when our process dies.
    pub(crate) fn start(mut command: Command, run_as: &RunAs, signal: Signal) -> io::Result<Self> {
        run_as.apply(&mut command, signal);
        let reaped = Arc::new(Mutex::new(false));
        let (tell_end, ended) = watch::channel(None);
        let (tell_start, started) = mpsc::channel();
        let reaping = Arc::clone(&reaped);
        let life = move || match command.spawn() {
            Ok(child) => {
                let pid = Pid::from_raw(child.id().cast_signed());
                // Nobody listens when the caller has died, and then so does this process.
                let _ = tell_start.send(Ok(pid));
                let status = reap(child, pid, &reaping);
                tell_end.send_replace(status.ok());
            }
            Err(error) => drop(tell_start.send(Err(error))),
        };
        thread::Builder::new().name("keeper".to_owned()).spawn(life)?;
        let pid = started.recv().map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))??;
        Ok(Self { pid, signal, reaped, ended })
    }

    /// The child's process id.
    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    /// Whether the child has ended.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.borrow().is_some() || self.ended.has_changed().is_err()
    }

    /// Waits until the child ends by itself; nothing when that takes longer than `patience` (the child
    /// is then still there) or its status was lost.
    pub(crate) async fn wait(&mut self, patience: Duration) -> Option<ExitStatus> {
        let ended = tokio::time::timeout(patience, self.ended.wait_for(Option::is_some)).await;
        ended.ok().and_then(Result::ok).and_then(|status| *status)
    }

    /// Ends the child and waits until it has ended.
    pub(crate) fn end(&self) {
        self.send(self.signal);
        if !self.ends_within(END_PATIENCE) {
            self.send(Signal::SIGKILL);
            self.ends_within(END_PATIENCE);
        }
    }

    fn send(&self, signal: Signal) {
        let reaped = self.reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if !*reaped {
            // A child that is just ending needs no signal.
            let _ = kill(self.pid, signal);
            if signal == Signal::SIGKILL {
                let _ = killpg(self.pid, signal);
            }
        }
    }

    fn ends_within(&self, patience: Duration) -> bool {
        let started = Instant::now();
        while !self.has_ended() {
            if started.elapsed() > patience {
                return false;
            }
            thread::sleep(Duration::from_millis(2));
        }
        true
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        if !self.has_ended() {
            self.end();
        }
    }
}

fn reap(mut child: Child, pid: Pid, reaped: &Mutex<bool>) -> io::Result<ExitStatus> {
    wait_unreaped(pid);
    loop {
        let mut reaped = reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(status) = child.try_wait()? {
            *reaped = true;
            return Ok(status);
        }
        drop(reaped);
        thread::sleep(Duration::from_millis(10));
    }
}

/// Waits for the end without reaping, so that reaping can be done under the lock.
#[cfg(target_os = "linux")]
fn wait_unreaped(pid: Pid) {
    use nix::errno::Errno;
    use nix::sys::wait::{Id, WaitPidFlag, waitid};
    let flags = WaitPidFlag::WEXITED | WaitPidFlag::WNOWAIT;
    while waitid(Id::Pid(pid), flags) == Err(Errno::EINTR) {}
}

/// Elsewhere that call is not to be had, and [`reap`] looks now and then.
#[cfg(not(target_os = "linux"))]
fn wait_unreaped(_pid: Pid) {}

/// What a tool said and how it ended.
#[derive(Debug)]
pub(crate) struct Output {
    /// Whether it ended with success, in time.
    pub(crate) success: bool,
    /// Its standard output.
    pub(crate) stdout: String,
    /// The last lines of its standard error.
    pub(crate) complaint: String,
}

/// Runs a tool to its end; it is killed when this future is dropped or `patience` is over.
pub(crate) async fn run(mut command: Command, run_as: &RunAs, patience: Duration) -> io::Result<Output> {
    // Unnamed files: nothing to remove, and a tool that says much does not wait for a reader.
    let (out, err) = (tempfile::tempfile()?, tempfile::tempfile()?);
    command.stdin(std::process::Stdio::null()).stdout(out.try_clone()?).stderr(err.try_clone()?);
    let mut keeper = Keeper::start(command, run_as, Signal::SIGKILL)?;
    let status = keeper.wait(patience).await;
    let late = if keeper.has_ended() { "" } else { "it did not end in time\n" };
    let complaint = format!("{late}{}", last_lines(&read_back(err)?));
    Ok(Output { success: status.is_some_and(|status| status.success()), stdout: read_back(out)?, complaint })
}

fn read_back(mut file: File) -> io::Result<String> {
    use std::io::{Read as _, Seek as _};
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The end of a log, as much as helps.
pub(crate) fn last_lines(text: &str) -> String {
    const LINES: usize = 12;
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}
