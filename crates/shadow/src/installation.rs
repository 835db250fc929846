//! PostgreSQL installations on this machine.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Folders that hold installations by version; `*` stands for one folder name.
const USUAL_PLACES: [&str; 8] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
    "/usr/local/pgsql/bin",
    "/usr/lib/postgresql/bin",
];

/// The programs of one PostgreSQL version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The folder with `postgres` and `initdb`.
    pub bin: PathBuf,
    /// The major version: 15.
    pub major: u32,
    /// The version as the server writes it: `15.18`.
    pub version: String,
}

impl Installation {
    /// The installation in this folder, if there is a whole one.
    pub(crate) fn in_folder(bin: &Path) -> Option<Self> {
        if !bin.join("initdb").is_file() {
            return None;
        }
        let mut command = Command::new(bin.join("postgres"));
        let output = command.arg("--version").stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
        let (major, version) = read_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Self { bin: bin.to_owned(), major, version })
    }

    /// `server_version_num` of its server: 150018 for 15.18. None for one that is not released yet.
    pub(crate) fn version_num(&self) -> Option<u32> {
        let minor: u32 = self.version.strip_prefix(&format!("{}.", self.major))?.parse().ok()?;
        Some(self.major * 10_000 + minor)
    }

    /// The local installation of this major version, or the newest one: from `PATH`, from what
    /// `pg_config` says, and from where packages put them.
    pub(crate) fn local(major: Option<u32>) -> Option<Self> {
        let found = candidates().into_iter().filter_map(|bin| Self::in_folder(&bin));
        match major {
            Some(major) => found.into_iter().find(|installation| installation.major == major),
            None => found.max_by_key(|installation| installation.major),
        }
    }
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`; also `18beta1` and `19devel`.
fn read_version(line: &str) -> Option<(u32, String)> {
    let version = line.trim().strip_prefix("postgres (PostgreSQL) ")?.split_whitespace().next()?;
    let major: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, version.to_owned()))
}

fn candidates() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut found: Vec<PathBuf> = env::split_paths(&path).collect();
    found.extend(config_bindir());
    found.extend(USUAL_PLACES.iter().flat_map(|place| expand(place)));
    let mut seen = Vec::new();
    for bin in found {
        if bin.join("postgres").is_file() && !seen.contains(&bin) {
            seen.push(bin);
        }
    }
    seen
}

fn config_bindir() -> Option<PathBuf> {
    let output =
        Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let bindir = String::from_utf8(output.ok()?.stdout).ok()?;
    Some(PathBuf::from(bindir.trim())).filter(|bin| bin.is_absolute())
}

/// The folders a pattern with one `*` stands for, in the order of their names.
fn expand(pattern: &str) -> Vec<PathBuf> {
    let Some((before, after)) = pattern.split_once('*') else { return vec![PathBuf::from(pattern)] };
    let (folder, prefix) = before.rsplit_once('/').unwrap_or(("", before));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name.starts_with(prefix)).collect();
    names.sort();
    names.iter().map(|name| Path::new(folder).join(name).join(after.trim_start_matches('/'))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers_where_they_are_released() {
        let of = |major, version: &str| {
            Installation { bin: PathBuf::new(), major, version: version.to_owned() }.version_num()
        };
        assert_eq!(of(15, "15.18"), Some(150_018));
        assert_eq!(of(18, "18beta1"), None);
    }

    #[test]
    fn reads_what_servers_say() {
        for (line, major, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n", 15, "15.18"),
            ("postgres (PostgreSQL) 18beta1", 18, "18beta1"),
            ("postgres (PostgreSQL) 19devel", 19, "19devel"),
        ] {
            assert_eq!(read_version(line), Some((major, version.to_owned())));
        }
        assert_eq!(read_version("postgres: command not found"), None);
    }
}
