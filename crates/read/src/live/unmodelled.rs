//! What a database has and the model does not: listed, so that nothing is dropped silently.

use model::{Fault, Schema};

use super::Catalog;

pub(super) const QUERIES: [&str; 1] = [UNMODELLED];

pub(super) async fn read(catalog: &Catalog<'_>, schema: &mut Schema) -> Result<(), Fault> {
    for row in catalog.rows(UNMODELLED).await? {
        schema.unmodelled.insert(row.get("description"));
    }
    Ok(())
}

const UNMODELLED: &str = include_str!("unmodelled.sql");
