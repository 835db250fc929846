//! What libpq's environment variables add to a URL that leaves something out.

use std::path::Path;

use model::Fault;
use tokio_postgres::Config;

use crate::target::bad_url;
use crate::tls::TlsOptions;

/// Folders where a server puts its unix socket: Debian's and most packages', then PostgreSQL's own.
const SOCKET_FOLDERS: [&str; 3] = ["/var/run/postgresql", "/run/postgresql", "/tmp"];

/// Fills in host, port, user, password, database and TLS mode where the URL has none.
pub(crate) fn complete(
    config: &mut Config,
    tls: &mut TlsOptions,
    env: impl Fn(&str) -> Option<String>,
) -> Result<(), Fault> {
    let env = |name| env(name).filter(|value| !value.is_empty());
    if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
        config.host(env("PGHOST").unwrap_or_else(default_host));
    }
    if config.get_ports().is_empty()
        && let Some(port) = env("PGPORT")
    {
        config.port(port.parse().map_err(|_| bad_url("PGPORT is not a port number"))?);
    }
    if config.get_user().is_none() {
        let user = env("PGUSER").or_else(|| env("USER")).or_else(|| env("LOGNAME"));
        config.user(user.ok_or_else(|| bad_url("it names no user, and PGUSER is not set"))?);
    }
    if config.get_password().is_none()
        && let Some(password) = env("PGPASSWORD")
    {
        config.password(password);
    }
    if config.get_dbname().is_none()
        && let Some(database) = env("PGDATABASE")
    {
        config.dbname(database);
    }
    tls.complete(env("PGSSLMODE"), env("PGSSLROOTCERT"));
    Ok(())
}

fn default_host() -> String {
    let has_socket = |folder: &&str| Path::new(folder).join(".s.PGSQL.5432").exists();
    SOCKET_FOLDERS.into_iter().find(has_socket).unwrap_or("localhost").to_owned()
}
