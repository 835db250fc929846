//! Vectors: as bytes for ranking, as halfvec for finding, and an index beyond a size.

use model::Fault;
use serde_json::{Value, json};

use super::link::{Open, fault};
use super::setup::index_model;
use crate::Tenant;
use crate::meaning::Packed;
use crate::store::Pending;

/// Documents that wait for a vector of this model.
pub(super) async fn without(
    open: &mut Open,
    tenant: &Tenant,
    model: &str,
    limit: u32,
) -> Result<Pending, Fault> {
    let session = &open.session;
    // Said so that the index by model answers it, which mostly has none of them.
    let documents = "SELECT key, text FROM document
        WHERE tenant = $1 AND (model IS NULL OR model < $2 OR model > $2) ORDER BY seq DESC LIMIT $3";
    let total =
        "SELECT count(*) FROM document WHERE tenant = $1 AND (model IS NULL OR model < $2 OR model > $2)";
    let read = async {
        let total: i64 = session.query_one(total, &[&tenant.as_str(), &model]).await?.get(0);
        if total == 0 || limit == 0 {
            return Ok(Pending { documents: Vec::new(), total: total.cast_unsigned() });
        }
        let rows = session.query(documents, &[&tenant.as_str(), &model, &i64::from(limit)]).await?;
        let documents = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        Ok(Pending { documents, total: total.cast_unsigned() })
    };
    read.await.map_err(|error| fault(session, "read", &error))
}

/// Gives documents their vectors.
pub(super) async fn put(
    open: &mut Open,
    tenant: &Tenant,
    model: &str,
    vectors: &[(String, Option<Packed>)],
) -> Result<(), Fault> {
    let session = &open.session;
    let row = |(key, vector): &(String, Option<Packed>)| {
        let bytes = vector.as_ref().map(Packed::to_bytes);
        let hex = bytes.map(|bytes| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        json!({ "key": key, "vector": hex, "meaning": vector.as_ref().map(halfvec_text) })
    };
    let rows = Value::Array(vectors.iter().map(row).collect());
    let update = match open.offer.vectors_in {
        Some(_) => {
            "UPDATE document AS d SET model = $3, vector = decode(v.vector, 'hex'), meaning = v.meaning::halfvec
             FROM json_to_recordset($1::json) AS v (key text, vector text, meaning text)
             WHERE d.tenant = $2 AND d.key = v.key"
        }
        None => {
            "UPDATE document AS d SET model = $3, vector = decode(v.vector, 'hex')
             FROM json_to_recordset($1::json) AS v (key text, vector text)
             WHERE d.tenant = $2 AND d.key = v.key"
        }
    };
    let done = session.execute(update, &[&rows, &tenant.as_str(), &model]).await;
    done.map(drop).map_err(|error| fault(session, "write to", &error))
}

/// Indexes the vectors of a model once there are so many that comparing them all takes long. Answers
/// whether they are indexed now.
pub(super) async fn index(open: &mut Open, tenant: &Tenant, model: &str, from: u64) -> Result<bool, Fault> {
    let query = "SELECT count(*), max(octet_length(vector)) FROM document
        WHERE tenant = $1 AND model = $2 AND vector IS NOT NULL";
    let row = open.session.query_one(query, &[&tenant.as_str(), &model]).await;
    let row = row.map_err(|error| fault(&open.session, "read", &error))?;
    let (count, bytes): (i64, Option<i32>) = (row.get(0), row.get(1));
    // Four bytes of a vector are its scale; pgvector indexes up to 4,000 dimensions of halfvec.
    let dimensions = usize::try_from(bytes.unwrap_or(0)).unwrap_or(0).saturating_sub(4);
    if count.cast_unsigned() < from || !(1..=4_000).contains(&dimensions) || open.offer.vectors_in.is_none() {
        return Ok(false);
    }
    index_model(open, model, dimensions).await?;
    Ok(true)
}

/// A vector as pgvector reads it: `[0.5,-0.25]`.
pub(super) fn halfvec_text(vector: &Packed) -> String {
    let values: Vec<String> = vector.unpack().iter().map(f32::to_string).collect();
    format!("[{}]", values.join(","))
}
