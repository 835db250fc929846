//! Where a server is and who asks: a parsed URL that never shows its password.

use std::fmt;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use model::Fault;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::environment;
use crate::tls::{Trust, split_tls_options};

/// How long one address may take to answer when the URL gives no `connect_timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A server, a database and a user: what a `postgres://` URL says, completed from libpq's environment
/// variables (`PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGSSLMODE`) as psql would.
///
/// Neither `Display` nor `Debug` shows the password or anything else of the URL's query string.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    pub(crate) config: Config,
    pub(crate) trust: Trust,
}

impl Target {
    /// Reads a `postgres://` or `postgresql://` URL.
    ///
    /// # Errors
    /// `connect.url` when it is not such a URL or has an option that is not understood.
    pub fn parse(url: &str) -> Result<Self, Fault> {
        Self::parse_with(url, |name| std::env::var(name).ok())
    }

    pub(crate) fn parse_with(url: &str, env: impl Fn(&str) -> Option<String>) -> Result<Self, Fault> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(bad_url("it does not begin with postgres:// or postgresql://"));
        }
        let (url, mut tls) = split_tls_options(url)?;
        let mut config = Config::from_str(&url).map_err(|error| bad_url(&crate::describe(&error)))?;
        environment::complete(&mut config, &mut tls, env)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        let trust = Trust::of(&tls)?;
        config.ssl_mode(tls.wire_mode()?);
        if config.get_hosts().iter().all(is_socket) && config.get_hostaddrs().is_empty() {
            // As libpq does: TLS is not spoken over a unix socket.
            config.ssl_mode(SslMode::Disable);
        }
        Ok(Self { config, trust })
    }

    /// A server that listens on a unix socket in `folder`, as a throwaway server does.
    pub fn socket(folder: &Path, port: u16, user: &str, database: &str) -> Self {
        let mut config = Config::new();
        config.host_path(folder).port(port).user(user).dbname(database);
        config.connect_timeout(CONNECT_TIMEOUT).ssl_mode(SslMode::Disable);
        Self { config, trust: Trust::Anyone }
    }

    /// The same server and user, another database.
    #[must_use]
    pub fn with_database(&self, database: &str) -> Self {
        let mut target = self.clone();
        target.config.dbname(database);
        target
    }

    /// The same server and database, another user (and password, where it has one).
    #[must_use]
    pub fn with_user(&self, user: &str, password: Option<&str>) -> Self {
        let mut target = self.clone();
        target.config.user(user);
        target.config.password(password.unwrap_or_default());
        target
    }

    /// The database's name; the user's name where the URL has none, as the server takes it.
    pub fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_else(|| self.user())
    }

    /// The user's name.
    pub fn user(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    /// `host:port`, or the socket's folder; several are joined by commas.
    pub fn server(&self) -> String {
        let ports = self.config.get_ports();
        let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(5432);
        let hosts = self.config.get_hosts();
        let named = hosts.iter().enumerate().map(|(at, host)| match host {
            Host::Tcp(name) if name.contains(':') => format!("[{name}]:{}", port(at)),
            Host::Tcp(name) => format!("{name}:{}", port(at)),
            Host::Unix(folder) => format!("{}:{}", folder.display(), port(at)),
        });
        let numbered = self.config.get_hostaddrs().iter().enumerate().skip(hosts.len());
        let numbered = numbered.map(|(at, address)| format!("{address}:{}", port(at)));
        named.chain(numbered).collect::<Vec<_>>().join(",")
    }

    /// The URL **with its password**, for handing to a child process; never for a message. Of the
    /// options it keeps those that say how to get through to the server: socket and TLS.
    pub fn url_with_password(&self) -> String {
        let password = self.config.get_password().filter(|password| !password.is_empty());
        let password = password.map(|password| format!(":{}", percent_encode(password)));
        self.write_url(&password.unwrap_or_default())
    }

    /// Whether the connection may speak TLS at all.
    pub(crate) fn speaks_tls(&self) -> bool {
        self.config.get_ssl_mode() != SslMode::Disable
    }

    fn write_url(&self, password: &str) -> String {
        let mut address = self.server();
        let mut options = Vec::new();
        if let [Host::Unix(folder)] = self.config.get_hosts() {
            let port = self.config.get_ports().first().copied().unwrap_or(5432);
            address = String::new();
            options.push(format!("host={}", percent_encode_path(folder)));
            options.push(format!("port={port}"));
        } else if let Some(mode) = self.trust.url_mode(self.config.get_ssl_mode()) {
            options.push(format!("sslmode={mode}"));
        }
        let query = if options.is_empty() { String::new() } else { format!("?{}", options.join("&")) };
        let user = percent_encode(self.user().as_bytes());
        let database = percent_encode(self.database().as_bytes());
        format!("postgres://{user}{password}@{address}/{database}{query}")
    }
}

impl FromStr for Target {
    type Err = Fault;

    fn from_str(url: &str) -> Result<Self, Fault> {
        Self::parse(url)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.write_url(""))
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({self})")
    }
}

pub(crate) fn bad_url(why: &str) -> Fault {
    Fault::new("connect.url", format!("the database URL cannot be used: {why}"))
        .help("write postgres://user:password@host:port/database, with other characters than a-z, A-Z, 0-9, - . _ ~ in percent form (@ is %40)")
}

fn is_socket(host: &Host) -> bool {
    matches!(host, Host::Unix(_))
}

/// As [`percent_encode`], with the slashes of a path kept.
pub(crate) fn percent_encode_path(path: &Path) -> String {
    percent_encode(path.as_os_str().as_bytes()).replace("%2F", "/")
}

fn percent_encode(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(*byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Target, Fault> {
        Target::parse_with(url, |_| None)
    }

    #[test]
    fn a_password_is_never_shown() {
        for url in [
            "postgres://ann:s3cret@db:5433/app",
            "postgresql://ann:s3cret@db/app?sslmode=require&options=-c%20a.b%3Ds3cret",
            "postgres://ann@db/app?password=s3cret",
            "postgres://ann:s3cret@/app?host=/run/postgresql",
        ] {
            let target = parse(url).unwrap();
            let shown = format!("{target} {target:?} {}", target.server());
            assert!(!shown.contains("s3cret"), "{shown}");
            assert!(target.url_with_password().contains("s3cret"));
        }
    }

    #[test]
    fn a_bad_url_is_refused_without_showing_it() {
        for url in [
            "mysql://ann:s3cret@db/app",
            "postgres://ann:s3cret@db:port/app",
            "postgres://ann:s3cret@db/app?nonsense=s3cret",
            "postgres://ann:s3cret@db/app?sslmode=s3cret",
            "postgres://ann:s3cret@db/app?sslcert=s3cret",
            "s3cret",
        ] {
            let fault = parse(url).unwrap_err();
            assert_eq!(fault.kind, "connect.url");
            assert!(!format!("{fault} {fault:?}").contains("s3cret"), "{fault}");
        }
    }

    #[test]
    fn a_url_survives_a_round_trip() {
        for url in [
            "postgres://ann:p%40ss%2Fw@db:5433/my%20app?sslmode=verify-full",
            "postgres://ann@[::1]:5432/app",
            "postgres://ann@/app?host=/run/postgresql&port=6000",
            "postgres://ann@/app?host=/with%20a%26b&port=6000",
            "postgres://ann@db:1/app?sslmode=verify-ca&sslrootcert=/with%20a%26b",
            "postgres://ann@one:1,two:2/app",
        ] {
            let target = parse(url).unwrap();
            assert_eq!(parse(&target.url_with_password()).unwrap(), target, "{url}");
        }
    }

    #[test]
    fn the_environment_completes_as_for_psql() {
        let env = |name: &str| match name {
            "PGHOST" => Some("db.internal".to_owned()),
            "PGPORT" => Some("6432".to_owned()),
            "PGUSER" => Some("ann".to_owned()),
            "PGDATABASE" => Some("app".to_owned()),
            _ => None,
        };
        let target = Target::parse_with("postgres://", env).unwrap();
        assert_eq!(target.to_string(), "postgres://ann@db.internal:6432/app");
        let target = Target::parse_with("postgres://bob@localhost:1/other", env).unwrap();
        assert_eq!(target.to_string(), "postgres://bob@localhost:1/other");
        assert_eq!(target.with_database("third").database(), "third");
    }
}
