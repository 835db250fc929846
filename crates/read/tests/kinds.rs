//! Nothing that a database holds is passed over: for every catalog of the server there are objects here, and each is
//! seen to change what is read, either in the model or in the list of what is not modelled.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

use std::collections::BTreeSet;

use connect::Session;
use model::Schema;

/// An object, by the catalog it is in.
struct Kind {
    catalog: &'static str,
    /// What it stands on, and last what makes it.
    statements: Vec<&'static str>,
    /// What of it is said to be not modelled; nothing where it is in the model.
    listed: &'static str,
}

const KINDS: &str = include_str!("kinds.txt");

/// Those that a server of this major has.
fn kinds(major: u32) -> Vec<Kind> {
    let lines = KINDS.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut entries: Vec<(u32, Kind)> = Vec::new();
    for line in lines {
        if let Some(statement) = line.strip_prefix("  ") {
            entries.last_mut().unwrap().1.statements.push(statement);
        } else {
            let (of, listed) = line.split_once(':').unwrap();
            let (catalog, since) = of.split_once(' ').unwrap();
            let kind = Kind { catalog, statements: Vec::new(), listed: listed.trim() };
            entries.push((since.parse().unwrap(), kind));
        }
    }
    entries.into_iter().filter(|(since, _)| major >= *since).map(|(_, kind)| kind).collect()
}

/// Catalogs that hold no object of their own, each with the reason.
const OTHERS: &[(&str, &str)] = &[
    ("pg_amop", "a part of an operator family, which is listed"),
    ("pg_amproc", "a part of an operator family, which is listed"),
    ("pg_auth_members", "of the server, not of a database"),
    ("pg_authid", "of the server, not of a database"),
    ("pg_init_privs", "what privileges were at first"),
    ("pg_largeobject", "data"),
    ("pg_parameter_acl", "of the server, not of a database"),
    ("pg_publication_namespace", "a part of a publication, which is listed"),
    ("pg_publication_rel", "a part of a publication, which is listed"),
    ("pg_replication_origin", "of the server, not of a database"),
    ("pg_shdepend", "what objects use of the server"),
    ("pg_shseclabel", "of the server, not of a database"),
    ("pg_statistic", "data about data"),
    ("pg_statistic_ext_data", "data about data"),
    ("pg_subscription_rel", "a part of a subscription, which is listed"),
    ("pg_ts_config_map", "a part of a text search configuration, which is listed"),
];

async fn read(session: &Session) -> Schema {
    read::live::read_within(session).await.unwrap()
}

/// What is amiss with how one object is read.
async fn passed_over(session: &Session, kind: &Kind) -> Option<String> {
    let (create, before) = kind.statements.split_last().unwrap();
    session.batch_execute("BEGIN").await.unwrap();
    for statement in before {
        let stands = session.batch_execute(statement).await;
        stands.unwrap_or_else(|error| panic!("{statement}: {}", connect::describe(&error)));
    }
    let before = read(session).await;
    // The reader narrows the search path for the transaction.
    session.batch_execute("SET LOCAL search_path = public").await.unwrap();
    let created = session.batch_execute(create).await;
    created.unwrap_or_else(|error| panic!("{create}: {}", connect::describe(&error)));
    let after = read(session).await;
    session.batch_execute("ROLLBACK").await.unwrap();
    let news: Vec<&String> = after.unmodelled.difference(&before.unmodelled).collect();
    let is_noticed = match kind.listed {
        "" => before.fingerprint() != after.fingerprint(),
        listed => news.iter().any(|line| line.starts_with(listed)),
    };
    (!is_noticed).then(|| format!("{}: {create}: not noticed; listed is {news:?}", kind.catalog))
}

/// The catalogs of the server that nothing here speaks of.
async fn unknown(session: &Session, kinds: &[Kind]) -> Vec<String> {
    let query = "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'pg_catalog'::regnamespace";
    let rows = session.query(query, &[]).await.unwrap();
    let known: BTreeSet<&str> =
        kinds.iter().map(|kind| kind.catalog).chain(OTHERS.iter().map(|(catalog, _)| *catalog)).collect();
    let catalogs = rows.iter().map(|row| row.get::<_, &str>(0)).filter(|catalog| !known.contains(catalog));
    catalogs.map(|catalog| format!("{catalog}: nothing here says what becomes of its objects")).collect()
}

async fn on(major: u32) -> Vec<String> {
    let database = testkit::database(major).await;
    let session = database.connect().await;
    let has_tablespace = major >= 15;
    if has_tablespace {
        session.batch_execute("SET allow_in_place_tablespaces = on").await.unwrap();
        session.batch_execute("CREATE TABLESPACE lockkeeper_kinds LOCATION ''").await.unwrap();
    }
    let kinds = kinds(major);
    let mut wrong = unknown(&session, &kinds).await;
    for kind in &kinds {
        wrong.extend(passed_over(&session, kind).await);
    }
    if has_tablespace {
        session.batch_execute("DROP TABLESPACE lockkeeper_kinds").await.unwrap();
    }
    session.close().await;
    wrong.iter().map(|what| format!("PostgreSQL {major}: {what}")).collect()
}

#[tokio::test]
async fn every_kind_of_object_is_modelled_or_listed() {
    let mut wrong = Vec::new();
    for major in testkit::majors() {
        wrong.extend(on(major).await);
    }
    assert!(wrong.is_empty(), "{} are passed over\n{}", wrong.len(), wrong.join("\n"));
}
