//! How a throwaway server is configured.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::Path;

/// What differs from PostgreSQL's defaults. The caller's own settings come after these.
///
/// Durability against a crash of the *machine* is given up; a crash of the *server* loses nothing that
/// was committed, which crash tests rely on (so `synchronous_commit` stays on).
const SETTINGS: [(&str, &str); 16] = [
    ("listen_addresses", ""),
    ("unix_socket_permissions", "0700"),
    ("fsync", "off"),
    ("full_page_writes", "off"),
    ("wal_level", "logical"),
    ("checkpoint_timeout", "15min"),
    ("max_connections", "200"),
    ("max_prepared_transactions", "50"),
    ("max_locks_per_transaction", "256"),
    ("huge_pages", "off"),
    // Shared memory in the data directory goes away with it, even after a SIGKILL.
    ("dynamic_shared_memory_type", "mmap"),
    ("jit", "off"),
    ("logging_collector", "off"),
    ("log_line_prefix", "%m [%p] %q%a "),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// How much log to keep between checkpoints: on disk so much that bulk loads do not wait for them, in
/// memory no more than a few segments.
fn max_wal_size(in_memory: bool) -> &'static str {
    if in_memory { "256MB" } else { "4GB" }
}

/// Appends the settings to a fresh data directory's `postgresql.conf`.
pub(crate) fn write(
    data: &Path,
    sockets: &Path,
    in_memory: bool,
    more: &[(String, String)],
) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).open(data.join("postgresql.conf"))?;
    let sockets = sockets.to_string_lossy().into_owned();
    let ours = SETTINGS
        .iter()
        .copied()
        .chain([("unix_socket_directories", sockets.as_str()), ("max_wal_size", max_wal_size(in_memory))]);
    let theirs = more.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut text = String::from("\n");
    for (name, value) in ours.chain(theirs) {
        text.push_str(&line(name, value));
    }
    file.write_all(text.as_bytes())
}

fn line(name: &str, value: &str) -> String {
    format!("{name} = '{}'\n", value.replace('\\', "\\\\").replace('\'', "''"))
}
