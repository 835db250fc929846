//! Indexes on columns, with conditions that are known.

use std::collections::BTreeMap;

use model::{Ident, Index, IndexKey, ObjectRef};

use super::kinds::{Base, Kind};
use super::table::Draft;
use crate::ddl::{Generation, ident, is_nulls_first, part_order};
use crate::described::{IndexPart, IndexText, TableText};

impl Draft {
    pub(super) fn indexes(&mut self, table: &TableText, generation: Generation) {
        for index in &table.indexes {
            let name = ident(&index.name);
            self.relations.push(self.name.sibling(&name));
            let object = ObjectRef::Index(self.name.clone(), name.clone());
            let known = self.index(index, &object, generation);
            self.note_unique(index, known.as_ref(), &object, generation);
            match known {
                Some(known) => _ = self.table.indexes.insert(name, known),
                None => self.is_known = false,
            }
        }
    }

    fn index(&mut self, index: &IndexText, object: &ObjectRef, generation: Generation) -> Option<Index> {
        let method = index.method.as_deref().unwrap_or("btree");
        if index.parts.is_empty() || index.parts.len() > 32 || index.order.is_some() || index.nulls.is_some()
        {
            return None;
        }
        let keys: Option<Vec<IndexKey>> =
            index.parts.iter().map(|part| self.index_key(part, method, generation)).collect();
        let keys = keys?;
        if method != "btree" && (index.unique || keys.len() > 1) {
            return None;
        }
        let columns: Vec<Ident> = keys.iter().filter_map(|key| key.column.clone()).collect();
        let options = options(index, method)?;
        let predicate = match condition(index, generation) {
            Some(condition) => Some(self.condition(object, condition)?),
            None => None,
        };
        self.use_columns(object, columns.iter());
        let btree = Index::btree(index.name.as_str(), &[]);
        let name = ident(&index.name);
        Some(Index { name, method: ident(method), unique: index.unique, keys, predicate, options, ..btree })
    }

    fn index_key(&self, part: &IndexPart, method: &str, generation: Generation) -> Option<IndexKey> {
        let column = ident(part.column.as_deref().filter(|_| part.opclass.is_none())?);
        if !takes(method, self.kinds.get(&column)?) {
            return None;
        }
        let (descending, nulls_first) = part_order(part, generation);
        let is_plain = !descending && !nulls_first && !is_nulls_first(part);
        if method != "btree" && !is_plain {
            return None;
        }
        Some(IndexKey { descending, nulls_first, ..IndexKey::column(column.as_str()) })
    }

    /// Foreign keys can point at what a unique index is on.
    fn note_unique(
        &mut self,
        index: &IndexText,
        known: Option<&Index>,
        object: &ObjectRef,
        generation: Generation,
    ) {
        let columns: Option<_> = index.parts.iter().map(|part| part.column.as_deref().map(ident)).collect();
        if let (true, None, Some(columns)) = (index.unique, condition(index, generation), columns) {
            self.unique.push((columns, known.map(|_| object.clone())));
        }
    }
}

/// The condition, where there is one: 1.0 leaves out one that always holds.
fn condition(index: &IndexText, generation: Generation) -> Option<&str> {
    let always = generation == Generation::One && index.condition.as_deref() == Some("true");
    index.condition.as_deref().filter(|_| !always)
}

/// Whether a method has an operator class for a type by itself.
fn takes(method: &str, kind: &Kind) -> bool {
    match method {
        "btree" => kind.base.is_ordered(),
        "hash" => {
            !kind.is_array && (kind.base.is_integer() || kind.base.is_text() || kind.base == Base::Uuid)
        }
        "gin" if kind.is_array => kind.base.is_integer() || kind.base.is_text() || kind.base == Base::Uuid,
        "gin" => kind.base == Base::Jsonb,
        _ => false,
    }
}

/// Storage parameters, where they are known.
fn options(index: &IndexText, method: &str) -> Option<BTreeMap<String, String>> {
    match index.with.as_slice() {
        [] => Some(BTreeMap::new()),
        [(name, value)] if name == "fillfactor" && method == "btree" => {
            let percent = value.parse::<u32>().ok().filter(|percent| percent.to_string() == *value);
            percent.filter(|percent| (10..=100).contains(percent))?;
            Some(BTreeMap::from([(name.clone(), value.clone())]))
        }
        _ => None,
    }
}
