//! What a server would make of a project, where that is known without asking one.
//!
//! PostgreSQL is the judge of what a schema means. But for most of a schema its judgement never varies: a
//! `varchar(200)`, a key, an index on columns, a default that is a value, a comparison with a constant. A table
//! that has nothing else is written down here as the server would write it back. Where anything is not certain the
//! whole table is left to the server, and tests hold what is known here against servers of every major.

mod defaults;
mod expression;
mod indexes;
mod keys;
mod kinds;
mod names;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Constraint, EnumType, Ident, Name, Namespace, ObjectRef, Schema, Sequence, SequenceOptions, TypeName,
};
use serde::{Deserialize, Serialize};

use crate::ddl::{Generation, ident, qualified, sequence_name, words};
use crate::described::Described;
pub(crate) use keys::counting;
use kinds::Kind;
use table::Draft;

/// The part of a project's schema that is known without asking a server.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Known {
    /// Known tables with what hangs on them and what they use, and everything else that is known.
    pub schema: Schema,
    /// Known foreign keys of tables that are not.
    pub keys: Vec<(Name, Constraint)>,
    /// Whether that is the whole project: no server is needed to say what it means.
    pub is_whole: bool,
    /// Whether no two objects have one name, those included that a server would choose: what it makes of one then
    /// does not depend on the names of others.
    pub are_names_apart: bool,
}

/// The same while statements are made, with what tells which of them are not needed.
#[derive(Default)]
pub(crate) struct Finding {
    pub(crate) known: Known,
    keys: BTreeSet<(Name, Ident)>,
}

impl Finding {
    pub(crate) fn has_table(&self, name: &Name) -> bool {
        self.known.schema.tables.contains_key(name)
    }

    pub(crate) fn has_key(&self, table: &Name, key: &str) -> bool {
        self.keys.contains(&(table.clone(), ident(key)))
    }
}

/// Finds out what is known of a description.
pub(crate) fn find(described: &Described, generation: Generation, needs_extensions: bool) -> Finding {
    let enums: BTreeMap<Name, &Vec<String>> = described
        .enums
        .iter()
        .chain(&described.hidden_enums)
        .map(|made| (qualified(made.schema.as_deref(), &made.name), &made.values))
        .collect();
    if !enums.values().all(|labels| names::are_labels(labels)) {
        return Finding::default();
    }
    let kinds: Vec<Option<Kind>> = described.types.iter().map(|kind| Kind::of(kind, &enums)).collect();
    let drafts: BTreeMap<Name, Draft> = described
        .tables
        .iter()
        .map(|table| Draft::of(table, &kinds, generation))
        .map(|draft| (draft.name.clone(), draft))
        .collect();
    if !names::are_apart(described, drafts.values(), enums.keys()) {
        return Finding::default();
    }
    let mut finding = gather(described, drafts);
    let mut rest = described.views.iter().filter(|view| !view.existing);
    let is_whole = finding.known.schema.tables.len() == described.tables.len()
        && finding.keys.len() == finding.known.keys.len()
        && !needs_extensions
        && rest.next().is_none()
        && described.outside.is_empty()
        && described.linked.is_empty()
        && add_others(described, &enums, &mut finding.known.schema);
    finding.known.is_whole = is_whole;
    finding.known.are_names_apart = true;
    settle_keys(&mut finding.known);
    finding
}

/// Tables that are known, and foreign keys that are.
fn gather(described: &Described, drafts: BTreeMap<Name, Draft>) -> Finding {
    let mut finding = Finding::default();
    let mut unknown: BTreeSet<Name> =
        drafts.values().filter(|draft| !draft.is_known).map(|draft| draft.name.clone()).collect();
    let mut uses: Vec<(ObjectRef, ObjectRef)> = Vec::new();
    let mut is_any_key_unknown = false;
    for table in &described.tables {
        let from = qualified(table.schema.as_deref(), &table.name);
        for key in keys::counting(&table.foreign_keys) {
            match keys::known(key, &from, &drafts) {
                Some((constraint, used)) => {
                    finding.keys.insert((from.clone(), constraint.name.clone()));
                    let object = ObjectRef::Constraint(from.clone(), constraint.name.clone());
                    uses.extend(used.into_iter().map(|used| (object.clone(), used)));
                    finding.known.keys.push((from.clone(), constraint));
                }
                None => {
                    // The server needs both ends.
                    is_any_key_unknown = true;
                    unknown.insert(from.clone());
                    unknown.insert(qualified(key.foreign.schema.as_deref(), &key.foreign.name));
                }
            }
        }
    }
    let mentioned = mentioned(described);
    for (name, draft) in drafts {
        if !unknown.contains(&name) && !mentioned.contains(name.name.as_str()) {
            finding.known.schema.sequences.extend(draft.sequences);
            finding.known.schema.tables.insert(name, draft.table);
            uses.extend(draft.uses);
        }
    }
    if is_any_key_unknown {
        // A table that is not known makes the whole unknown; nothing more is to be said.
        finding.known.is_whole = false;
    }
    for (object, used) in uses {
        finding.known.schema.uses.insert(object, used);
    }
    finding
}

/// Puts the keys of known tables into them.
fn settle_keys(known: &mut Known) {
    let keys = std::mem::take(&mut known.keys);
    for (name, constraint) in keys {
        match known.schema.tables.get_mut(&name) {
            Some(table) => _ = table.constraints.insert(constraint.name.clone(), constraint),
            None => known.keys.push((name, constraint)),
        }
    }
}

/// The words of texts that may name tables: of views and policies.
fn mentioned(described: &Described) -> BTreeSet<String> {
    let views = described.views.iter().filter_map(|view| view.query.as_deref());
    let within = described.tables.iter().flat_map(|table| &table.policies);
    let policies = within.chain(described.linked.iter().map(|link| &link.policy));
    let conditions = policies.flat_map(|policy| policy.using.iter().chain(&policy.with_check));
    let texts = views.chain(conditions.map(String::as_str));
    let linked = described.linked.iter().filter_map(|link| link.table.as_ref());
    texts.flat_map(words).chain(linked.map(|table| ident(&table.name).as_str().to_owned())).collect()
}

/// Adds what is no table; false where something of it is not known.
fn add_others(described: &Described, enums: &BTreeMap<Name, &Vec<String>>, schema: &mut Schema) -> bool {
    let comment = Some("standard public schema".to_owned());
    schema.namespaces.insert(Ident::new("public"), Namespace { comment });
    for made in described.schemas.iter().filter(|made| !made.existing && made.name != "public") {
        schema.namespaces.insert(ident(&made.name), Namespace::default());
    }
    for (name, labels) in enums {
        schema.enums.insert(name.clone(), EnumType { labels: (*labels).clone(), comment: None });
    }
    described.sequences.iter().all(|sequence| {
        let options = sequence_options(&sequence.options, "bigint");
        let made = options.map(|options| Sequence { options, owned_by: None, comment: None });
        made.is_some_and(|made| schema.sequences.insert(sequence_name(sequence), made).is_none())
    })
}

/// A sequence's options, where the server takes them.
fn sequence_options(written: &crate::described::SequenceOptions, type_name: &str) -> Option<SequenceOptions> {
    let number = |text: &String| text.parse::<i64>().ok();
    let options = SequenceOptions {
        type_name: TypeName::new(type_name),
        start: number(&written.start)?,
        increment: number(&written.increment)?,
        min: number(&written.min)?,
        max: number(&written.max)?,
        cache: number(&written.cache)?,
        cycle: written.cycle,
    };
    let (lowest, highest) = bounds(type_name)?;
    let is_sound = options.increment != 0
        && options.cache >= 1
        && lowest <= options.min
        && options.min < options.max
        && options.max <= highest
        && (options.min..=options.max).contains(&options.start);
    is_sound.then_some(options)
}

/// The lowest and the highest number of a type.
fn bounds(type_name: &str) -> Option<(i64, i64)> {
    match type_name {
        "smallint" => Some((i16::MIN.into(), i16::MAX.into())),
        "integer" => Some((i32::MIN.into(), i32::MAX.into())),
        "bigint" => Some((i64::MIN, i64::MAX)),
        _ => None,
    }
}

/// An identifier as every major writes it. Which words are keywords, and so get quotes, differs between them.
fn ident_text(name: &Ident) -> Option<String> {
    let text = name.to_string();
    let is_word = name.as_str().bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && !name.as_str().starts_with(|c: char| c.is_ascii_digit());
    // A word that gets quotes is a keyword somewhere.
    (text == name.as_str() || !is_word).then_some(text)
}

/// The same for a name in a schema.
fn name_text(name: &Name) -> Option<String> {
    Some([&ident_text(&name.schema)?, ".", &ident_text(&name.name)?].concat())
}
