//! What a statement did, from the catalog before and after it and from what the server said meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use connect::Notice;
use model::{Effect, LockMode, Name, RelationLock};

use crate::catalog::{Catalog, Held, Kind, Relation};

/// What one statement did, before data loss is looked into.
#[derive(Debug, Default)]
pub(crate) struct Delta {
    pub(crate) locks: Vec<RelationLock>,
    rewritten: BTreeSet<u32>,
    scanned: BTreeSet<u32>,
    /// Tables with the number of indexes built on each.
    pub(crate) built: BTreeMap<u32, u32>,
    /// Tables that were emptied.
    pub(crate) truncated: BTreeSet<u32>,
    /// Materialized views that were emptied, which loses nothing.
    unfilled: BTreeSet<u32>,
    /// Tables that are gone.
    pub(crate) dropped: BTreeSet<u32>,
    /// Tables from which rows were deleted.
    pub(crate) deleted: BTreeSet<u32>,
    /// Tables into which rows were inserted, or that came with rows.
    pub(crate) filled: BTreeSet<u32>,
    /// Tables that are new.
    pub(crate) created: BTreeSet<u32>,
    /// Columns that are gone, or stored as another type: table and `attnum`.
    pub(crate) columns: Vec<(u32, i16)>,
}

/// What the server said while it ran the statement, as far as it counts here.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Tables it rewrote, by name.
    rewriting: BTreeSet<String>,
    /// Indexes it built, by name.
    building: BTreeSet<String>,
    /// Foreign keys it proved, by name.
    pub(crate) validating: BTreeSet<String>,
}

impl Said {
    /// Takes in a notice. The traced session has `lc_messages` C, so the words are these.
    pub(crate) fn hear(&mut self, notice: &Notice) {
        let message = notice.message();
        let named = |prefix: &str| Some(message.strip_prefix(prefix)?.split('"').next()?.to_owned());
        self.rewriting.extend(named("rewriting table \""));
        self.building.extend(named("building index \""));
        self.validating.extend(named("validating foreign key constraint \""));
    }
}

/// The tables on both sides of foreign keys that a statement proved.
#[derive(Debug, Default)]
pub(crate) struct Proved {
    pub(crate) referencing: BTreeSet<u32>,
    /// With their partitions.
    pub(crate) referenced: BTreeSet<u32>,
}

/// What there is to compare.
pub(crate) struct Compared<'a> {
    pub(crate) before: &'a Catalog,
    pub(crate) after: &'a Catalog,
    /// The locks that the statement took.
    pub(crate) held: &'a Held,
    pub(crate) said: &'a Said,
    pub(crate) proved: &'a Proved,
    /// Whether the statement begins with `VACUUM` or `CLUSTER`, which write tables anew without a word.
    pub(crate) packs: bool,
}

impl Compared<'_> {
    pub(crate) fn delta(&self) -> Delta {
        let mut delta = Delta { locks: self.locks(), ..Delta::default() };
        delta.created = self.after.relations.keys().filter(|oid| self.is_new(**oid)).copied().collect();
        for (&oid, before) in &self.before.relations {
            match self.after.relations.get(&oid) {
                Some(after) => self.kept(oid, before, after, &mut delta),
                None if matches!(before.kind, Kind::Table) => drop(delta.dropped.insert(oid)),
                None => {}
            }
        }
        for (&oid, after) in &self.after.relations {
            if after.inserted > self.before.relations.get(&oid).map_or(0, |before| before.inserted) {
                delta.filled.insert(oid);
            }
        }
        let emptied: BTreeSet<u32> = delta.truncated.union(&delta.unfilled).copied().collect();
        let built = self.built(&emptied);
        for &table in built.values() {
            *delta.built.entry(table).or_default() += 1;
        }
        // Building an index reads its table, but a materialized view's new rows do not count as read.
        let read = built.values().filter(|table| !delta.rewritten.contains(table));
        delta.scanned.extend(read.copied().collect::<Vec<_>>());
        delta.scanned.retain(|oid| !emptied.contains(oid));
        delta
            .scanned
            .extend(self.proved.referencing.iter().filter(|oid| self.stores(**oid) && self.locked(**oid)));
        delta
    }

    fn is_new(&self, oid: u32) -> bool {
        !self.before.relations.contains_key(&oid)
    }

    fn stores(&self, oid: u32) -> bool {
        self.before.relations.get(&oid).is_some_and(|relation| relation.kind == Kind::Table)
    }

    /// Foreign keys of partitions share a name; one was proved on those tables that were locked for it.
    fn locked(&self, oid: u32) -> bool {
        let locks = self.held.iter().chain(&self.before.held);
        locks.into_iter().any(|&(locked, mode)| locked == oid && mode >= LockMode::ShareUpdateExclusiveLock)
    }

    /// A relation that is there before and after.
    fn kept(&self, oid: u32, before: &Relation, after: &Relation, delta: &mut Delta) {
        if !matches!(before.kind, Kind::Table | Kind::MaterializedView) {
            return;
        }
        if before.filenode != after.filenode {
            self.replaced(oid, before, after, delta);
        }
        let refreshed = before.kind == Kind::MaterializedView && delta.rewritten.contains(&oid);
        if after.scans > before.scans && !refreshed && !self.proved.referenced.contains(&oid) {
            delta.scanned.insert(oid);
        }
        if before.kind == Kind::Table {
            if after.deleted > before.deleted {
                delta.deleted.insert(oid);
            }
            let now = after.columns();
            let gone =
                before.columns().into_iter().filter(|(attnum, stored)| now.get(attnum) != Some(stored));
            delta.columns.extend(gone.map(|(attnum, _)| (oid, attnum)));
        }
    }

    /// A relation whose storage is another one now: written anew, or emptied.
    fn replaced(&self, oid: u32, before: &Relation, after: &Relation, delta: &mut Delta) {
        let moved = before.tablespace != after.tablespace;
        let refreshed = before.kind == Kind::MaterializedView && after.populated;
        let said = self.said.rewriting.contains(before.name.name.as_str());
        if said || moved || refreshed || (self.packs && before.kind == Kind::Table) {
            delta.rewritten.insert(oid);
            // What is refreshed is written from its query, without a look at what it held.
            if before.kind == Kind::Table {
                delta.scanned.insert(oid);
            }
        } else if before.kind == Kind::Table {
            delta.truncated.insert(oid);
        } else {
            delta.unfilled.insert(oid);
        }
    }

    /// Indexes with storage that no index had before, with their tables: those of tables that are new
    /// or were emptied have nothing in them and do not count.
    fn built(&self, emptied: &BTreeSet<u32>) -> BTreeMap<u32, u32> {
        let indexes = |catalog: &Catalog| {
            let indexes = catalog.relations.iter().filter(|(_, relation)| relation.kind == Kind::Index);
            indexes.map(|(&oid, relation)| (oid, relation.clone())).collect::<Vec<_>>()
        };
        let known: BTreeSet<u32> = indexes(self.before).iter().map(|(_, index)| index.filenode).collect();
        let mut built = BTreeMap::new();
        for (oid, index) in indexes(self.after) {
            let Some(table) = index.owner.filter(|table| !emptied.contains(table)) else { continue };
            let moved = self.before.relations.get(&oid).is_some_and(|old| old.tablespace != index.tablespace);
            let copied = moved && !self.said.building.contains(index.name.name.as_str());
            if !known.contains(&index.filenode) && !self.is_new(table) && !copied {
                built.insert(oid, table);
            }
        }
        built
    }

    /// The strongest mode on each relation that existed before, sorted by name.
    ///
    /// An index goes with its table and a sequence with the table that owns it: they are named only
    /// where the lock on them is stronger than the one on that table.
    fn locks(&self) -> Vec<RelationLock> {
        let mut strongest: BTreeMap<u32, LockMode> = BTreeMap::new();
        for &(oid, mode) in self.held {
            let known = strongest.entry(oid).or_insert(mode);
            *known = mode.max(*known);
        }
        let stands_out = |oid: u32, mode: LockMode| {
            let relation = self.before.relations.get(&oid)?;
            let owner = relation.owner.and_then(|owner| strongest.get(&owner));
            (owner.is_none_or(|owners| mode > *owners))
                .then(|| RelationLock { relation: relation.name.clone(), mode })
        };
        let mut locks: Vec<_> = strongest.iter().filter_map(|(&oid, &mode)| stands_out(oid, mode)).collect();
        locks.sort();
        locks
    }
}

impl Delta {
    /// The tables with the number of indexes built on each, by the names they had before.
    pub(crate) fn built(&self, before: &Catalog) -> BTreeMap<Name, u32> {
        self.built.iter().filter_map(|(&oid, &count)| Some((before.name(oid)?.clone(), count))).collect()
    }

    /// The effect, with relations by the names they had before.
    pub(crate) fn effect(&self, before: &Catalog, data_loss: bool) -> Effect {
        let names = |oids: &BTreeSet<u32>| {
            let mut names: Vec<Name> = oids.iter().filter_map(|&oid| before.name(oid).cloned()).collect();
            names.sort();
            names
        };
        Effect {
            locks: self.locks.clone(),
            rewrites: names(&self.rewritten),
            scans: names(&self.scanned),
            index_builds: self.built.values().sum(),
            data_loss,
        }
    }
}
