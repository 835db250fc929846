//! `lockkeeper diff`

use std::fmt::Write as _;

use diff::Ambiguity;
use model::{Fault, Fingerprint, Operation, Schema, Sql};
use serde::Serialize;

use super::Ending;
use crate::answer;
use crate::args::DiffArgs;
use crate::context::Context;
use crate::environments;
use crate::stages::{self, Compared};

/// What `diff` answers.
#[derive(Serialize)]
struct Answer {
    #[serde(serialize_with = "marked")]
    from: Schema,
    #[serde(serialize_with = "marked")]
    to: Schema,
    changes: Vec<ChangeAnswer>,
    ambiguities: Vec<Ambiguity>,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Mark {
    fingerprint: Fingerprint,
}

/// A schema by its fingerprint, which takes a while and only programs read.
fn marked<S: serde::Serializer>(schema: &Schema, serializer: S) -> Result<S::Ok, S::Error> {
    Mark { fingerprint: schema.fingerprint() }.serialize(serializer)
}

#[derive(Serialize)]
struct ChangeAnswer {
    operation: Operation,
    object: String,
    sql: Vec<Sql>,
}

pub(super) async fn run(context: &Context, args: &DiffArgs) -> Result<Ending, Fault> {
    let (from, to) = (context.from(&args.compare)?, context.to(&args.compare)?);
    environments::guard(context, &args.compare, &from, &to).await?;
    let renames = context.renames(&args.compare)?;
    let compared = stages::compare_schemas(context, &from, &to, &renames, &args.compare.drop).await?;
    if let Some(file) = &args.save {
        std::fs::write(file, read::save(&compared.to)).map_err(|error| {
            Fault::new("diff.save", "the snapshot could not be written")
                .at(file.display().to_string())
                .cause(error)
        })?;
    }
    let answer = answer_of(compared);
    answer::give(context.format, &answer, text)?;
    Ok(Ending::of(answer.ambiguities.is_empty()))
}

fn answer_of(compared: Compared) -> Answer {
    let change = |change: &model::Change| ChangeAnswer {
        operation: change.operation(),
        object: change.object().to_string(),
        sql: change.sql(),
    };
    Answer {
        changes: compared.changes.iter().map(change).collect(),
        from: compared.from,
        to: compared.to,
        ambiguities: compared.ambiguities,
        notes: compared.notes,
    }
}

/// SQL that psql runs as it is; everything else in it is a comment.
fn text(answer: &Answer) -> String {
    let mut out = String::new();
    for note in &answer.notes {
        // Writing to a String cannot fail.
        let _ = writeln!(out, "-- note: {note}");
    }
    if answer.changes.is_empty() {
        out.push_str("-- no difference\n");
    }
    for ambiguity in &answer.ambiguities {
        let _ = writeln!(
            out,
            "-- is {} renamed to {}? If so say {}; if it is dropped, --drop {}",
            ambiguity.dropped, ambiguity.added, ambiguity.option, ambiguity.dropped
        );
    }
    for change in &answer.changes {
        let _ = writeln!(out, "-- {} {}", change.operation, change.object.replace('\n', " "));
        for sql in &change.sql {
            let _ = writeln!(out, "{sql};");
        }
    }
    out
}
