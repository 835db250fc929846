//! From an entry to what a store keeps of it: its document, its words, its vector.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;

use model::{Fault, RunReceipt};

use crate::describe::document_of;
use crate::meaning::Packed;
use crate::search::words::terms;
use crate::store::{Filed, FiledDocument, Store, Vectored};
use crate::{Body, Document, Embedder, Entry, State, Tenant};

/// Makes the documents of entries, writes both, and answers how many were new.
pub(crate) fn append(
    store: &mut dyn Store,
    embedder: Option<&dyn Embedder>,
    entries: &[Entry],
) -> Result<usize, Fault> {
    // The latest receipt of each run, from this batch or from the store.
    let mut runs: BTreeMap<(&Tenant, &str), Option<RunReceipt>> = BTreeMap::new();
    let mut filed = Vec::with_capacity(entries.len());
    for entry in entries {
        let mut context = None;
        if let Some(run) = entry.body.run() {
            let known = runs.entry((&entry.tenant, run));
            let known = match known {
                Slot::Occupied(known) => known.into_mut(),
                Slot::Vacant(unknown) => unknown.insert(store.runs(&entry.tenant, &[run])?.pop()),
            };
            if let Body::Run(receipt) = &entry.body {
                *known = Some(receipt.clone());
            }
            context = known.as_ref();
        }
        filed.push(file(entry, context));
    }
    embed(embedder, &mut filed);
    store.append(&filed)
}

fn file(entry: &Entry, run: Option<&RunReceipt>) -> Filed {
    let gone = match &entry.body {
        Body::Lesson(lesson) if lesson.state == State::Retired => Some(lesson.lesson.clone()),
        _ => None,
    };
    let document = document_of(entry, run).filter(|_| gone.is_none()).map(prepared);
    Filed { entry: entry.clone(), document, gone }
}

fn prepared(document: Document) -> FiledDocument {
    FiledDocument { terms: terms(&document.text), document, vector: None }
}

/// Gives documents their vectors where that needs no network. Where it fails they wait for theirs.
fn embed(embedder: Option<&dyn Embedder>, filed: &mut [Filed]) {
    let Some(embedder) = embedder.filter(|embedder| embedder.is_local()) else { return };
    let documents: Vec<&mut FiledDocument> =
        filed.iter_mut().filter_map(|one| one.document.as_mut()).collect();
    let texts: Vec<&str> = documents.iter().map(|filed| filed.document.text.as_str()).collect();
    let Ok(vectors) = embedder.embed(&texts) else { return };
    for (document, vector) in documents.into_iter().zip(vectors) {
        let vector = vector.and_then(|vector| Packed::new(&vector));
        document.vector = Some(Vectored { model: embedder.model().to_owned(), vector });
    }
}
