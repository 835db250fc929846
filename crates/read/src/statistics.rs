//! Sizes and traffic of a live database, from the catalog and the statistics views.

use connect::Session;
use model::{Fault, Ident, Name, Statistics, TableStatistics, sql};

/// Reads what the server knows of its tables and its traffic.
///
/// # Errors
/// `read.statistics` when a query fails; what may not be read is left unknown instead.
pub async fn statistics(session: &Session) -> Result<Statistics, Fault> {
    let mut statistics = traffic(session).await?;
    for row in session.query(TABLES, &[]).await.map_err(|error| fault(&error))? {
        let name = Name::new(row.get::<_, String>("schema"), row.get::<_, String>("name"));
        let rows: f64 = row.get("rows");
        let table = TableStatistics {
            rows: (rows >= 0.0).then_some(rows),
            has_rows: None,
            heap_bytes: bytes(row.get("heap_bytes")),
            index_bytes: bytes(row.get("index_bytes")),
            total_bytes: bytes(row.get("total_bytes")),
            sequential_scans: bytes(row.get("sequential_scans")),
            index_scans: Default::default(),
            writes: bytes(row.get("writes")),
            lock_holders: u32::try_from(row.get::<_, i64>("lock_holders")).unwrap_or(u32::MAX),
        };
        statistics.tables.insert(name, table);
    }
    for row in session.query(INDEXES, &[]).await.map_err(|error| fault(&error))? {
        let name = Name::new(row.get::<_, String>("schema"), row.get::<_, String>("name"));
        if let Some(table) = statistics.tables.get_mut(&name) {
            let index = Ident::new(row.get::<_, String>("index"));
            table.index_scans.insert(index, bytes(row.get("scans")));
        }
    }
    Ok(statistics)
}

/// Looks up whether a table has at least one row; none where that may not be read, or not in a second.
pub async fn has_rows(session: &Session, table: &Name) -> Option<bool> {
    let query = sql!("SELECT EXISTS (SELECT FROM {})", table);
    let row = session.query_one(query.as_str(), &[]);
    let row = tokio::time::timeout(std::time::Duration::from_secs(1), row).await.ok()?;
    row.ok().map(|row| row.get(0))
}

fn bytes(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn fault(error: &tokio_postgres::Error) -> Fault {
    connect::fault("read.statistics", "the statistics could not be read", error)
}

/// A partitioned table is as large as its partitions.
const TABLES: &str = "
SELECT n.nspname AS schema, c.relname AS name,
       s.rows, s.heap_bytes, s.index_bytes, s.total_bytes, s.sequential_scans, s.writes,
       (SELECT count(DISTINCT l.pid) FROM pg_locks l
        WHERE l.locktype = 'relation' AND l.relation = c.oid AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
          AND l.pid <> pg_backend_pid()) AS lock_holders
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
  SELECT CASE WHEN min(p.reltuples) < 0 AND max(p.reltuples) <= 0 THEN -1
              ELSE coalesce(sum(greatest(p.reltuples, 0)), 0) END::float8 AS rows,
         coalesce(sum(pg_relation_size(p.oid)), 0)::bigint AS heap_bytes,
         coalesce(sum(pg_indexes_size(p.oid)), 0)::bigint AS index_bytes,
         coalesce(sum(pg_total_relation_size(p.oid)), 0)::bigint AS total_bytes,
         coalesce(sum(t.seq_scan), 0)::bigint AS sequential_scans,
         coalesce(sum(t.n_tup_ins + t.n_tup_upd + t.n_tup_del), 0)::bigint AS writes
  FROM pg_class p LEFT JOIN pg_stat_all_tables t ON t.relid = p.oid
  WHERE p.oid = c.oid AND c.relkind = 'r'
     OR c.relkind = 'p' AND p.relkind = 'r' AND p.oid IN (SELECT relid FROM pg_partition_tree(c.oid))
) s
WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'";

const INDEXES: &str = "
SELECT schemaname::text AS schema, relname::text AS name, indexrelname::text AS index,
       coalesce(idx_scan, 0)::bigint AS scans
FROM pg_stat_user_indexes";

async fn traffic(session: &Session) -> Result<Statistics, Fault> {
    let row = session.query_one(TRAFFIC, &[]).await.map_err(|error| fault(&error))?;
    let count = |column: &str| u32::try_from(row.get::<_, i64>(column)).unwrap_or(u32::MAX);
    Ok(Statistics {
        tables: Default::default(),
        active_transactions: if row.get("sees_all") { Some(count("active")) } else { None },
        longest_transaction_ms: row.get("longest_ms"),
        replicas: count("replicas"),
        replica_lag_ms: row.get("lag_ms"),
        logical_slots: count("slots"),
        statements: row.get("statements"),
    })
}

/// Of sessions that a role may not look into it sees that they are there, and no more.
const TRAFFIC: &str = "
SELECT count(*) AS active,
       pg_has_role('pg_read_all_stats', 'USAGE') OR NOT EXISTS (
         SELECT FROM pg_stat_activity h WHERE h.datname = current_database() AND h.pid <> pg_backend_pid()
           AND h.backend_type IS NULL) AS sees_all,
       (extract(epoch FROM max(clock_timestamp() - a.xact_start)) * 1000)::float8 AS longest_ms,
       (SELECT count(*) FROM pg_stat_replication) AS replicas,
       (SELECT (extract(epoch FROM max(replay_lag)) * 1000)::float8 FROM pg_stat_replication) AS lag_ms,
       (SELECT count(*) FROM pg_replication_slots
        WHERE slot_type = 'logical' AND database = current_database()) AS slots,
       EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_stat_statements') AS statements
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.xact_start IS NOT NULL AND a.pid <> pg_backend_pid()
  AND a.backend_type = 'client backend'";
