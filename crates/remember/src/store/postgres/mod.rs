//! The store of a team: PostgreSQL 14 or newer, with pgvector for meaning.

mod append;
mod filter;
mod link;
mod read;
mod search;
mod setup;
mod vectors;

use std::collections::BTreeMap;

use connect::Target;
use model::{Fault, RunReceipt};

use super::{Filed, Pending, Selection, Store};
use crate::meaning::Packed;
use crate::search::{Asked, Hit};
use crate::{Document, Entry, Kind, Tenant};
use link::{INDEX_PATIENCE, Link};

/// A memory in schema `lockkeeper_memory` of a database. Row-level security keeps tenants apart, beside
/// the condition that every statement has.
#[derive(Debug)]
pub(crate) struct PostgresStore {
    link: Link,
    /// Why meaning cannot be compared, as far as is known.
    without_meaning: Option<String>,
}

impl PostgresStore {
    /// Connects, and brings the schema up where it is missing.
    ///
    /// # Errors
    /// Those of connecting and of applying; `memory.newer` where a newer version made the schema.
    pub(crate) fn open(target: &Target) -> Result<Self, Fault> {
        let mut store = Self { link: Link::new(target.clone())?, without_meaning: None };
        store.without_meaning =
            store.link.call(&Tenant::default(), async |open| Ok(open.offer.without_meaning.clone()))?;
        Ok(store)
    }
}

impl Store for PostgresStore {
    fn append(&mut self, filed: &[Filed]) -> Result<usize, Fault> {
        let Some(first) = filed.first() else { return Ok(0) };
        self.link.call(&first.entry.tenant, async |open| append::append(open, filed).await)
    }

    fn entries(&mut self, tenant: &Tenant, selection: &Selection) -> Result<Vec<Entry>, Fault> {
        self.link.call(tenant, async |open| read::entries(open, tenant, selection).await)
    }

    fn page(&mut self, tenant: &Tenant, after: i64, limit: u32) -> Result<Vec<(i64, Entry)>, Fault> {
        self.link.call(tenant, async |open| read::page(open, tenant, after, limit).await)
    }

    fn counts(&mut self, tenant: &Tenant, selection: &Selection) -> Result<BTreeMap<Kind, u64>, Fault> {
        self.link.call(tenant, async |open| read::counts(open, tenant, selection).await)
    }

    fn forget(&mut self, tenant: &Tenant, selection: &Selection) -> Result<u64, Fault> {
        self.link.call(tenant, async |open| read::forget(open, tenant, selection).await)
    }

    fn runs(&mut self, tenant: &Tenant, runs: &[&str]) -> Result<Vec<RunReceipt>, Fault> {
        self.link.call(tenant, async |open| read::runs(open, tenant, runs).await)
    }

    fn without_meaning(&mut self) -> Option<String> {
        self.without_meaning.clone()
    }

    fn search(&mut self, tenant: &Tenant, asked: &Asked<'_>) -> Result<Vec<(Hit, Document)>, Fault> {
        self.link.call(tenant, async |open| search::search(open, tenant, asked).await)
    }

    fn tally(&mut self, tenant: &Tenant, operation: &str, recipe: &str) -> Result<(u64, u64), Fault> {
        self.link.call(tenant, async |open| read::tally(open, tenant, operation, recipe).await)
    }

    fn without_vector(&mut self, tenant: &Tenant, model: &str, limit: u32) -> Result<Pending, Fault> {
        self.link.call(tenant, async |open| vectors::without(open, tenant, model, limit).await)
    }

    fn index_vectors(&mut self, tenant: &Tenant, model: &str, from: u64) -> Result<bool, Fault> {
        self.link
            .call_within(INDEX_PATIENCE, tenant, async |open| vectors::index(open, tenant, model, from).await)
    }

    fn put_vectors(
        &mut self,
        tenant: &Tenant,
        model: &str,
        vectors: &[(String, Option<Packed>)],
    ) -> Result<(), Fault> {
        self.link.call(tenant, async |open| vectors::put(open, tenant, model, vectors).await)
    }
}
