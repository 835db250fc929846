//! Who answered: the server's version and identity, and the settings every session is pinned to.

use model::Fault;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::Target;
use crate::refusal::broken;

/// The oldest version that is supported, as `server_version_num` writes it.
pub const SERVER_VERSION_MIN: u32 = 130_000;

/// The server at the other end of a session, as it was when the session began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInfo {
    /// `server_version_num`: 150018 is 15.18.
    pub version_num: u32,
    /// The major version: 15.
    pub major: u32,
    /// The database the session is in.
    pub database: String,
    /// The role the session acts as.
    pub user: String,
    /// Whether that role is a superuser.
    pub is_superuser: bool,
    /// The process id of the session's backend, as `pg_stat_activity.pid` has it.
    pub backend_pid: i32,
    /// When the backend started, as `pg_stat_activity.backend_start` writes it in ISO form: together
    /// with the pid it names a backend for ever.
    pub backend_start: Option<String>,
    /// When the server (its postmaster) started, in seconds since 1970 with microseconds, as text: no
    /// two servers share it, so it tells whether two sessions are on the same running server.
    pub started: String,
    /// The cluster's identity (`pg_control_system()`): replicas and file copies share it. Unknown
    /// where the role may not ask.
    pub system_identifier: Option<String>,
    /// Whether the server is a standby, which takes no writes.
    pub in_recovery: bool,
    /// The server's time zone for this role and database; the session keeps it.
    pub time_zone: String,
}

/// Pins what changes the meaning or spelling of what a session sends and reads, and asks who the
/// server is: one round trip for all of it. It runs outside a transaction of ours, so what it sets
/// holds for the whole session. Timeouts of later versions are set where `pg_settings` has them.
const INTRODUCE: &str = "SELECT
    pg_catalog.set_config('search_path', 'pg_catalog', false),
    pg_catalog.set_config('DateStyle', 'ISO', false),
    pg_catalog.set_config('IntervalStyle', 'postgres', false),
    pg_catalog.set_config('standard_conforming_strings', 'on', false),
    pg_catalog.set_config('extra_float_digits', '1', false),
    pg_catalog.set_config('bytea_output', 'hex', false),
    pg_catalog.set_config('quote_all_identifiers', 'off', false),
    pg_catalog.set_config('default_transaction_isolation', 'read committed', false),
    pg_catalog.set_config('lock_timeout', '0', false),
    pg_catalog.set_config('statement_timeout', '0', false),
    pg_catalog.set_config('idle_in_transaction_session_timeout', '0', false);
SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
    WHERE name IN ('idle_session_timeout', 'transaction_timeout') AND setting <> '0';
SELECT
    pg_catalog.current_setting('server_version_num') AS version_num,
    pg_catalog.current_database() AS database,
    CURRENT_USER AS \"user\",
    pg_catalog.current_setting('is_superuser') AS is_superuser,
    pg_catalog.pg_backend_pid() AS backend_pid,
    (SELECT backend_start FROM pg_catalog.pg_stat_get_activity(pg_catalog.pg_backend_pid())) AS backend_start,
    pg_catalog.date_part('epoch', pg_catalog.pg_postmaster_start_time())::text AS started,
    pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') AS has_control,
    pg_catalog.pg_is_in_recovery() AS in_recovery,
    pg_catalog.current_setting('TimeZone') AS time_zone";

const ASK_CONTROL: &str = "SELECT system_identifier FROM pg_catalog.pg_control_system()";

const ASK_FIRST: &str = "SELECT pg_catalog.current_setting('server_version_num') AS version_num,
    pg_catalog.pg_backend_pid() AS backend_pid";

/// Refuses a server that is too old, before anything is changed; answers the backend's process id.
pub(crate) async fn first_look(client: &Client, target: &Target) -> Result<i32, Fault> {
    let row = ask(client, target, ASK_FIRST).await?;
    let version = number(&row, "version_num", target)?;
    if version < SERVER_VERSION_MIN {
        return Err(too_old(target, version));
    }
    number(&row, "backend_pid", target)
}

fn too_old(target: &Target, version_num: u32) -> Fault {
    let (major, minor) = if version_num < 100_000 {
        (format!("{}.{}", version_num / 10_000, version_num / 100 % 100), version_num % 100)
    } else {
        ((version_num / 10_000).to_string(), version_num % 10_000)
    };
    let oldest = SERVER_VERSION_MIN / 10_000;
    Fault::new("connect.version", format!("the server is PostgreSQL {major}.{minor}, older than {oldest}"))
        .at(target.to_string())
        .help(format!("upgrade the server to PostgreSQL {oldest} or newer; older ones are not supported"))
}

/// Pins the session's settings and asks who the server is.
pub(crate) async fn introduce(client: &Client, target: &Target) -> Result<ServerInfo, Fault> {
    let row = ask(client, target, INTRODUCE).await?;
    let text = |name: &str| row.get(name).unwrap_or_default().to_owned();
    let version_num = number(&row, "version_num", target)?;
    let system_identifier = if text("has_control") == "t" {
        ask(client, target, ASK_CONTROL).await?.get("system_identifier").map(str::to_owned)
    } else {
        None
    };
    Ok(ServerInfo {
        version_num,
        major: version_num / 10_000,
        database: text("database"),
        user: text("user"),
        is_superuser: text("is_superuser") == "on",
        backend_pid: number(&row, "backend_pid", target)?,
        backend_start: row.get("backend_start").map(str::to_owned),
        started: text("started"),
        system_identifier,
        in_recovery: text("in_recovery") == "t",
        time_zone: text("time_zone"),
    })
}

/// The last row of an answer, in the simple protocol: one round trip, and no prepared statement.
pub(crate) async fn ask(client: &Client, target: &Target, question: &str) -> Result<SimpleQueryRow, Fault> {
    let answer = client.simple_query(question).await;
    let answer = answer.map_err(|error| broken(target, "the server did not answer as expected", &error))?;
    let row = answer.into_iter().rev().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    row.ok_or_else(|| {
        Fault::new("connect.failed", "the server answered without a row").at(target.to_string())
    })
}

pub(crate) fn number<N: std::str::FromStr>(
    row: &SimpleQueryRow,
    name: &str,
    target: &Target,
) -> Result<N, Fault> {
    row.get(name).and_then(|text| text.parse().ok()).ok_or_else(|| {
        Fault::new("connect.failed", format!("the server's {name} is not a number")).at(target.to_string())
    })
}
