//! Why a connection was refused, with a stable kind and what to check.

use std::error::Error as _;
use std::io::{self, ErrorKind};

use model::Fault;
use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::{Target, describe, sqlstate};

/// Turns the error of a failed connection into a fault.
pub(crate) fn refusal(target: &Target, error: &Error) -> Fault {
    let fault = match error.as_db_error() {
        Some(db) => by_server(target, db.code()),
        None => by_connection(target, error),
    };
    fault.at(target.to_string()).cause(describe(error))
}

fn by_server(target: &Target, code: &SqlState) -> Fault {
    let (user, database) = (target.user(), target.database());
    match code.code() {
        "28P01" => wrong_password(user),
        "28000" => Fault::new("connect.role", format!("the server does not let user \"{user}\" in"))
            .help("check that the role exists and may log in, and that pg_hba.conf has a line for this user, database and address"),
        "3D000" => Fault::new("connect.database", format!("there is no database \"{database}\" on this server"))
            .help("check the last part of the URL; psql -l lists the databases"),
        "42501" => Fault::new("connect.role", format!("user \"{user}\" may not connect to database \"{database}\""))
            .help("GRANT CONNECT ON DATABASE … TO … as the database's owner"),
        "53300" => Fault::new("connect.full", "the server has no connection left to give")
            .help("close idle sessions or raise max_connections; Lockkeeper needs a few at once"),
        "57P03" => Fault::new("connect.starting", "the server is starting up or shutting down")
            .help("wait until it accepts connections, then run this again"),
        _ => Fault::new("connect.failed", "the server refused the connection"),
    }
}

fn by_connection(target: &Target, error: &Error) -> Fault {
    let text = error.to_string();
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    if cause.contains("password missing") || text.starts_with("authentication error") {
        return wrong_password(target.user());
    }
    if text.starts_with("error performing TLS handshake") {
        return Fault::new("connect.tls", "no TLS connection could be agreed on with the server")
            .help("check sslmode in the URL: verify-full needs a certificate for this host that a trusted authority signed (sslrootcert=FILE); disable speaks without TLS");
    }
    let timed_out = text.starts_with("timeout");
    match error.source().and_then(|cause| cause.downcast_ref::<io::Error>()) {
        Some(io) if text.starts_with("error connecting") || io.kind() == ErrorKind::ConnectionRefused => {
            no_server(target)
        }
        _ if timed_out => no_server(target),
        _ => Fault::new("connect.failed", "the connection broke while it was being made")
            .help("check that a PostgreSQL server listens there, and the server's log"),
    }
}

fn wrong_password(user: &str) -> Fault {
    Fault::new("connect.password", format!("the server does not accept the password of user \"{user}\""))
        .help("check the password in the URL or PGPASSWORD; @ : / ? # in it must be in percent form")
}

fn no_server(target: &Target) -> Fault {
    Fault::new("connect.refused", format!("no PostgreSQL server answers at {}", target.server())).help(
        "check that the server runs, the host and port in the URL, and that a firewall lets you through",
    )
}

/// The fault for an error on a connection that was already made.
pub(crate) fn broken(target: &Target, doing: &str, error: &Error) -> Fault {
    let kind = if sqlstate(error) == Some("53300") { "connect.full" } else { "connect.failed" };
    crate::fault(kind, format!("the session could not be set up: {doing}"), error).at(target.to_string())
}
