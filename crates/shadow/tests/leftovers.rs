//! Nothing is left behind, whatever ends the process that holds a server.
//!
//! Each test runs this test binary again as a child that holds a server, and ends the child.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use model::Silent;
use shadow::{Shadow, ShadowOptions, Storage};
use tempfile::TempDir;

/// Says to the child what to do; without it the child's test does nothing.
const ROLE: &str = "LOCKKEEPER_TEST_SHADOW_ROLE";

/// The child's part: starts a server, says where it is, and does as its role says.
#[tokio::test]
async fn child() {
    let Ok(role) = std::env::var(ROLE) else { return };
    let storage = if role.contains("disk") { Storage::Disk } else { Storage::Auto };
    let major = if role.contains("absent") { 14 } else { 15 };
    let shadow = match Shadow::start(&ShadowOptions { storage, ..ShadowOptions::of(major) }, &Silent).await {
        Ok(shadow) => shadow,
        Err(fault) => {
            println!("held fault {} {}", fault.kind, fault.to_string().replace('\n', " "));
            return;
        }
    };
    let folder = shadow.socket_folder().unwrap().parent().unwrap().to_owned();
    println!("held {} {}", shadow.pid().unwrap(), folder.display());
    if role.contains("panic") {
        panic!("as the test wants it");
    }
    if role.contains("hold") {
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
}

/// A child with a cache folder of its own, which the servers' user may enter.
struct Holder {
    process: Child,
    said: Vec<String>,
}

impl Holder {
    fn start(role: &str, cache: &Path, more: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "child", "--nocapture"]).env(ROLE, role).env("LOCKKEEPER_CACHE_DIR", cache);
        command.envs(more.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let held = lines.filter_map(|line| line.split_once("held ").map(|(_, said)| said.to_owned())).next();
        let said = held.expect("the child says what it holds").split(' ').map(str::to_owned).collect();
        Self { process, said }
    }

    fn pid(&self) -> u32 {
        self.said[0].parse().unwrap()
    }

    fn folder(&self) -> PathBuf {
        PathBuf::from(&self.said[1])
    }

    fn wait(&mut self) {
        self.process.wait().unwrap();
    }

    fn kill(&mut self) {
        self.process.kill().unwrap();
        self.wait();
    }
}

fn cache() -> TempDir {
    cache_with_mode(0o755)
}

fn cache_with_mode(mode: u32) -> TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(mode)).tempdir().unwrap()
}

fn is_alive(pid: u32) -> bool {
    // A zombie that nobody has reaped yet is dead.
    let status = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    status.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn wait_dead(pid: u32) {
    let began = Instant::now();
    while is_alive(pid) {
        assert!(began.elapsed() < Duration::from_secs(20), "server {pid} outlives its owner");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Another test's start may be the one that sweeps it, and be at it still.
fn wait_gone(folder: &Path) {
    let began = Instant::now();
    while folder.exists() {
        assert!(began.elapsed() < Duration::from_secs(20), "{} stays", folder.display());
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// What is left of servers in a cache folder.
fn runs(cache: &TempDir) -> Vec<PathBuf> {
    let entries = fs::read_dir(cache.path().join("run")).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[test]
fn a_killed_owner_leaves_no_server_and_a_later_start_removes_its_folder() {
    let cache = cache();
    for role in ["hold", "hold disk"] {
        let mut holder = Holder::start(role, cache.path(), &[]);
        assert!(is_alive(holder.pid()) && holder.folder().exists());
        holder.kill();
        wait_dead(holder.pid());
        let mut later = Holder::start("end", cache.path(), &[]);
        later.wait();
        assert!(!later.folder().exists(), "{role}");
        wait_gone(&holder.folder());
        assert_eq!(runs(&cache), [] as [PathBuf; 0]);
    }
}

#[test]
fn a_panic_leaves_nothing() {
    let cache = cache();
    let mut holder = Holder::start("panic disk", cache.path(), &[]);
    holder.wait();
    assert!(!is_alive(holder.pid()) && !holder.folder().exists());
}

#[test]
fn an_owner_that_lives_is_left_alone() {
    let cache = cache();
    let mut holder = Holder::start("hold disk", cache.path(), &[]);
    Holder::start("end disk", cache.path(), &[]).wait();
    assert!(is_alive(holder.pid()) && holder.folder().join("data/PG_VERSION").exists());
    holder.kill();
    wait_dead(holder.pid());
    Holder::start("end", cache.path(), &[]).wait();
}

#[test]
fn many_first_starts_at_once_make_one_template() {
    let cache = cache();
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let cache = cache.path().to_owned();
            std::thread::spawn(move || {
                let mut holder = Holder::start("end disk", &cache, &[]);
                holder.wait();
                holder.said
            })
        })
        .collect();
    for thread in threads {
        let said = thread.join().unwrap();
        assert_ne!(said[0], "fault", "{said:?}");
    }
    let entries = fs::read_dir(cache.path().join("templates")).unwrap().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir()).count();
    assert_eq!((folders, runs(&cache).len()), (1, 0));
}

#[test]
fn root_can_run_servers_as_another_user() {
    if !nix::unistd::geteuid().is_root() {
        println!("SKIPPED: not root, running servers as another user was not tested");
        return;
    }
    let cache = cache();
    for role in ["hold", "hold disk"] {
        let user = [("LOCKKEEPER_SHADOW_USER", "nobody")];
        let mut holder = Holder::start(role, cache.path(), &user);
        let status = fs::read_to_string(format!("/proc/{}/status", holder.pid())).unwrap();
        assert!(status.contains("Uid:\t65534\t65534\t65534\t65534"), "{status}");
        holder.kill();
        wait_dead(holder.pid());
        let mut later = Holder::start("end", cache.path(), &user);
        later.wait();
        assert!(!later.folder().exists(), "{role}");
        wait_gone(&holder.folder());
    }
    let closed = cache_with_mode(0o700);
    let holder = Holder::start("end", closed.path(), &[("LOCKKEEPER_SHADOW_USER", "nobody")]);
    assert_eq!(holder.said[..2], ["fault", "shadow.cache"]);
    let holder = Holder::start("end", cache.path(), &[("LOCKKEEPER_SHADOW_USER", "root")]);
    assert_eq!(holder.said[..2], ["fault", "shadow.root"]);
}

#[test]
fn a_long_cache_path_is_no_obstacle() {
    let cache = cache();
    let deep = cache.path().join("x".repeat(120));
    let mut holder = Holder::start("end disk", &deep, &[]);
    holder.wait();
    assert_ne!(holder.said[0], "fault", "{:?}", holder.said);
    assert!(!holder.folder().exists());
}

#[test]
fn without_a_server_and_npm_the_choices_are_named() {
    let cache = cache();
    let holder = Holder::start("absent", cache.path(), &[("PATH", "/nowhere")]);
    assert_eq!(holder.said[..2], ["fault", "shadow.none"]);
    let said = holder.said.join(" ");
    for choice in ["postgresql-14", "Node.js", "--shadow-url"] {
        assert!(said.contains(choice), "{said}");
    }
}
