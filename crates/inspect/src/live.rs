//! Figures of a live database: sequences, write rates, statements that use what goes.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use assess::{Archive, IndexReaders, Live, SequenceUse};
use connect::{Session, Target};
use model::{Change, Fault, Ident, Index, Name, Sql, sql};

/// Between two samples of the counters, which sessions report about once a second.
const SAMPLES_APART: Duration = Duration::from_millis(1_100);
/// A count since a reset younger than this says little, in s.
const COUNTED_MIN_S: f64 = 300.0;

/// Asks for the figures that the changes depend on. It takes about a second where the server does not say
/// since when it counts: write rates are then two samples.
///
/// # Errors
/// `connect.…` when the database cannot be reached, `read.statistics` when its statistics cannot be read.
pub async fn live(target: &Target, changes: &[Change]) -> Result<Live, Fault> {
    let session = connect::connect(target, "lockkeeper check").await?;
    let mut live = Live { sequences: sequences(&session).await?, ..Live::default() };
    live.archive = archive(&session).await;
    let (since, counted_s) = since(&session).await?;
    live.since = since;
    let began = Instant::now();
    let first = writes(&session).await?;
    for change in changes {
        if let Change::DropIndex { table, index } = change
            && let Some(readers) = readers(&session, table, index).await
        {
            live.index_readers.insert(table.sibling(&index.name), readers);
        }
    }
    match counted_s.filter(|seconds| *seconds >= COUNTED_MIN_S) {
        Some(seconds) => {
            live.writes_per_second = rates(first, &BTreeMap::new(), seconds);
            live.writes_basis = format!("since {}", live.since.as_deref().unwrap_or("the last reset"));
        }
        None => {
            tokio::time::sleep(SAMPLES_APART.saturating_sub(began.elapsed())).await;
            let second = writes(&session).await?;
            let seconds = began.elapsed().as_secs_f64();
            live.writes_per_second = rates(second, &first, seconds);
            live.writes_basis = format!("two samples {seconds:.1} s apart");
        }
    }
    session.close().await;
    Ok(live)
}

fn rates(last: BTreeMap<Name, u64>, first: &BTreeMap<Name, u64>, seconds: f64) -> BTreeMap<Name, f64> {
    let rate = |(name, count): (Name, u64)| {
        let before = first.get(&name).copied().unwrap_or(0);
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let rate = count.saturating_sub(before) as f64 / seconds;
        (name, rate)
    };
    last.into_iter().map(rate).collect()
}

fn fault(error: &tokio_postgres::Error) -> Fault {
    connect::fault("read.statistics", "the statistics could not be read", error)
}

const SEQUENCES: &str = "
SELECT s.schemaname::text AS schema, s.sequencename::text AS name, s.last_value, s.increment_by > 0 AS ascends,
       CASE WHEN s.increment_by > 0 THEN s.max_value ELSE s.min_value END AS own_limit, s.cycle,
       o.type, o.of, o.type_limit
FROM pg_sequences s
LEFT JOIN LATERAL (
  SELECT format_type(a.atttypid, a.atttypmod) AS type,
         format('%I.%I.%I', n.nspname, t.relname, a.attname) AS of,
         CASE a.atttypid WHEN 'int2'::regtype THEN 32767 WHEN 'int4'::regtype THEN 2147483647
                         WHEN 'int8'::regtype THEN 9223372036854775807 END AS type_limit
  FROM pg_depend d JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace n ON n.oid = t.relnamespace
  JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
  WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') AND d.refclassid = 'pg_class'::regclass
    AND d.objid = (SELECT q.oid FROM pg_class q JOIN pg_namespace m ON m.oid = q.relnamespace
                   WHERE q.relname = s.sequencename AND m.nspname = s.schemaname)
  LIMIT 1
) o ON true
WHERE s.last_value IS NOT NULL";

/// A sequence ends where its column does, if that is earlier.
async fn sequences(session: &Session) -> Result<Vec<SequenceUse>, Fault> {
    let rows = session.query(SEQUENCES, &[]).await.map_err(|error| fault(&error))?;
    let used = |row: tokio_postgres::Row| {
        let own: i64 = row.get("own_limit");
        let column: Option<i64> = row.get("type_limit");
        let (kind, of): (Option<String>, Option<String>) = (row.get("type"), row.get("of"));
        SequenceUse {
            name: Name::new(row.get::<_, String>("schema"), row.get::<_, String>("name")),
            column: kind.zip(of).map(|(kind, of)| format!("{kind} {of}")),
            last: row.get::<_, i64>("last_value").unsigned_abs(),
            limit: column.map_or(own.unsigned_abs(), |limit| own.unsigned_abs().min(limit.unsigned_abs())),
            cycles: row.get("cycle"),
        }
    };
    Ok(rows.into_iter().map(used).collect())
}

const SINCE: &str = "
SELECT to_char(stats_reset, 'YYYY-MM-DD') AS since,
       extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS seconds
FROM pg_stat_database WHERE datname = current_database()";

async fn since(session: &Session) -> Result<(Option<String>, Option<f64>), Fault> {
    let row = session.query_one(SINCE, &[]).await.map_err(|error| fault(&error))?;
    Ok((row.get("since"), row.get("seconds")))
}

const ARCHIVE: &str = "
SELECT current_setting('archive_mode') AS mode, to_char(last_archived_time, 'YYYY-MM-DD HH24:MI') AS last,
       coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL) AS fails
FROM pg_stat_archiver";

/// Whether WAL is archived: half of a backup, and no proof of the other half.
async fn archive(session: &Session) -> Option<Archive> {
    let row = session.query_one(ARCHIVE, &[]).await.ok()?;
    let (mode, last): (String, Option<String>) = (row.get("mode"), row.get("last"));
    let fails = mode != "off" && row.get::<_, bool>("fails");
    let words = match (mode.as_str(), last) {
        ("off", _) => "the server archives no WAL".to_owned(),
        (_, None) if fails => "archiving WAL fails, none was archived yet".to_owned(),
        (_, None) => "the server is to archive WAL, and has archived none yet".to_owned(),
        (_, Some(last)) if fails => format!("archiving WAL fails, the last that worked was at {last}"),
        (_, Some(last)) => format!("WAL was archived at {last}"),
    };
    Some(Archive { words, fails })
}

const WRITES: &str = "
SELECT schemaname::text AS schema, relname::text AS name, (n_tup_ins + n_tup_upd + n_tup_del)::bigint AS writes
FROM pg_stat_user_tables";

async fn writes(session: &Session) -> Result<BTreeMap<Name, u64>, Fault> {
    let rows = session.query(WRITES, &[]).await.map_err(|error| fault(&error))?;
    let count = |row: &tokio_postgres::Row| {
        let name = Name::new(row.get::<_, String>("schema"), row.get::<_, String>("name"));
        (name, u64::try_from(row.get::<_, i64>("writes")).unwrap_or(0))
    };
    Ok(rows.iter().map(count).collect())
}

/// Statements that name a table and the first column of an index; none where nobody counts statements, or
/// this role may not look.
async fn readers(session: &Session, table: &Name, index: &Index) -> Option<IndexReaders> {
    let column = index.keys.first()?.column.as_ref()?;
    let place = "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
        WHERE e.extname = 'pg_stat_statements'";
    let namespace: String = session.query_opt(place, &[]).await.ok()??.get(0);
    let view = Name::new(namespace, "pg_stat_statements");
    let query = statements(&view);
    let row = session.query_one(query.as_str(), &[&word(&table.name), &word(column)]).await.ok()?;
    let count = |name: &str| u64::try_from(row.get::<_, i64>(name)).unwrap_or(0);
    Some(IndexReaders { statements: count("statements"), calls: count("calls") })
}

fn statements(view: &Name) -> Sql {
    sql!(
        "SELECT count(*) AS statements, coalesce(sum(calls), 0)::bigint AS calls FROM {}
         WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND query ~* '^\\s*(select|with|update|delete|insert|merge)' AND query ~* $1 AND query ~* $2",
        view
    )
}

/// A pattern for a whole word.
fn word(name: &Ident) -> String {
    let mut pattern = "\\m".to_owned();
    for c in name.as_str().chars() {
        if !c.is_alphanumeric() && c != '_' {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push_str("\\M");
    pattern
}
