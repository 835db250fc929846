//! Which user a server runs as: PostgreSQL refuses to run as root.

use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, chown, lchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use model::Fault;
use nix::sys::signal::Signal;
use nix::unistd::{User, geteuid, getppid};

/// Users that need no privilege, in the order in which they are taken.
const UNPRIVILEGED_USERS: [&str; 3] = ["postgres", "nobody", "daemon"];

/// The user a server runs as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RunAs {
    /// The caller, who is not root.
    Caller,
    /// Root, seen as user 65534 in a user namespace of the server's own: needs no other user, and the
    /// files stay the caller's.
    Namespace,
    /// Another user, where the kernel or a container forbids namespaces.
    User {
        /// The user's name.
        name: String,
        /// The user's number.
        uid: u32,
        /// The number of the user's first group.
        gid: u32,
    },
}

impl RunAs {
    /// Chooses for this process: root gets a namespace where that works, else an existing
    /// unprivileged user (`LOCKKEEPER_SHADOW_USER` names one and skips the namespace).
    ///
    /// # Errors
    /// `shadow.root` when root finds neither.
    pub(crate) fn choose() -> Result<Self, Fault> {
        if !geteuid().is_root() {
            return Ok(Self::Caller);
        }
        if let Ok(name) = env::var("LOCKKEEPER_SHADOW_USER") {
            return Self::user(&name)
                .ok_or_else(|| no_user(&format!("there is no user \"{name}\" other than root")));
        }
        if Self::Namespace.works() {
            return Ok(Self::Namespace);
        }
        UNPRIVILEGED_USERS
            .into_iter()
            .find_map(Self::user)
            .ok_or_else(|| no_user("user namespaces are blocked here and there is no unprivileged user"))
    }

    fn user(name: &str) -> Option<Self> {
        let user = User::from_name(name).ok().flatten().filter(|user| !user.uid.is_root())?;
        Some(Self::User { name: user.name, uid: user.uid.as_raw(), gid: user.gid.as_raw() })
    }

    /// Whether a program can be run this way, found out by running one.
    fn works(&self) -> bool {
        let mut probe = Command::new("/bin/sh");
        probe.args(["-c", ":"]).stdin(Stdio::null());
        probe.stdout(Stdio::null()).stderr(Stdio::null());
        self.apply(&mut probe, Signal::SIGKILL);
        probe.status().is_ok_and(|status| status.success())
    }

    /// Lets a command run as this user, in a process group of its own (a Ctrl-C at the terminal is for
    /// us, not for the server), and end by `signal` when the thread that starts it ends.
    pub(crate) fn apply(&self, command: &mut Command, signal: Signal) {
        command.process_group(0);
        if let Self::User { uid, gid, .. } = self {
            command.uid(*uid).gid(*gid);
        }
        let namespace = *self == Self::Namespace;
        let parent = nix::unistd::getpid();
        let enter = move || {
            if namespace {
                enter_namespace()?;
            }
            // Changing users clears the request, so it comes last.
            die_with_parent(signal)?;
            if getppid() != parent { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
        };
        // SAFETY: between fork and exec `enter` only makes system calls; it neither allocates nor locks.
        unsafe { command.pre_exec(enter) };
    }

    /// Gives a file or folder to this user.
    pub(crate) fn own(&self, path: &Path) -> io::Result<()> {
        match self {
            Self::User { uid, gid, .. } => lchown(path, Some(*uid), Some(*gid)),
            _ => Ok(()),
        }
    }

    /// Lets this user's group pass through a folder of ours, so that the server can reach what is below.
    pub(crate) fn let_through(&self, path: &Path) -> io::Result<()> {
        let Self::User { gid, .. } = self else { return Ok(()) };
        chown(path, None, Some(*gid))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o710))
    }
}

fn no_user(why: &str) -> Fault {
    Fault::new("shadow.root", format!("PostgreSQL does not run as root, and {why}"))
        .help("run as another user, name one with LOCKKEEPER_SHADOW_USER, or give a server with --shadow-url")
}

#[cfg(target_os = "linux")]
fn enter_namespace() -> io::Result<()> {
    use nix::sched::{CloneFlags, unshare};
    unshare(CloneFlags::CLONE_NEWUSER)?;
    write_to(c"/proc/self/setgroups", b"deny")?;
    write_to(c"/proc/self/uid_map", b"65534 0 1")?;
    write_to(c"/proc/self/gid_map", b"65534 0 1")
}

#[cfg(target_os = "linux")]
fn write_to(path: &std::ffi::CStr, text: &[u8]) -> io::Result<()> {
    use nix::fcntl::{OFlag, open};
    use nix::sys::stat::Mode;
    let file = open(path, OFlag::O_WRONLY | OFlag::O_CLOEXEC, Mode::empty())?;
    nix::unistd::write(&file, text)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn enter_namespace() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn die_with_parent(signal: Signal) -> io::Result<()> {
    nix::sys::prctl::set_pdeathsig(signal).map_err(io::Error::from)
}

/// Elsewhere the kernel has no such request: the next start sweeps what a SIGKILL left.
#[cfg(not(target_os = "linux"))]
fn die_with_parent(_signal: Signal) -> io::Result<()> {
    Ok(())
}
