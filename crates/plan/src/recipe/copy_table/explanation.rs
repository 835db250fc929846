//! What the reader of a plan should know of copies of tables.

use model::{Change, bytes_text, rows_text};

use super::group::Group;
use super::subject::{Retyped, Subject};

pub(super) fn why(group: &Group<'_>) -> String {
    let rows = group.subjects.iter().map(|subject| subject.rows).sum::<f64>();
    let indexes = group.subjects.iter().map(|subject| subject.from.index_count()).max().unwrap_or_default();
    format!(
        "in place {} rows would be written anew under ACCESS EXCLUSIVE, and a second column would write each of them into \
         {indexes} indexes again and leave its old version behind: a copy of the table is filled page by page, indexed \
         afterwards, several times faster, and takes its place in one short transaction",
        rows_text(rows)
    )
}

/// What reads the tables by their numbers.
pub(super) fn read_again(group: &Group<'_>) -> Vec<String> {
    let told: Vec<String> = group.readers.iter().map(|change| change.object().to_string()).collect();
    let is_made = |change: &&&Change| matches!(change, Change::Create { .. } | Change::Replace { .. });
    let made = group.carried.iter().filter(is_made);
    let made: Vec<String> = made.map(|change| change.object().to_string()).collect();
    let mut notes = Vec::new();
    if !told.is_empty() {
        notes.push(format!(
            "PostgreSQL binds what reads {} to the table as it was; in the transaction of the swap these are told again by \
             the same text, with owner and privileges as they are: {}",
            group.titles(),
            told.join(", ")
        ));
    }
    if !made.is_empty() {
        notes.push(format!(
            "in the transaction of the swap these are dropped and made as they are wanted, with owner and privileges as they \
             were: {}",
            made.join(", ")
        ));
    }
    notes
}

pub(super) fn notes(subject: &Subject<'_>) -> Vec<String> {
    let (table, kept) = (subject.table, subject.kept());
    let types: Vec<String> = subject
        .retyped
        .iter()
        .map(|Retyped { from, to, .. }| format!("{} ({})", to.name, from.type_name))
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    let size = bytes_text(subject.bytes as f64);
    let mut notes = vec![
        format!(
            "{table} is copied: look that {size} of disk and of write-ahead log are free; the table as it was is kept as \
             {kept} until cleanup, and each write notes the key of its row until then"
        ),
        format!(
            "a transaction of isolation level REPEATABLE READ or SERIALIZABLE that began before the swap and reads {table} \
             only after it finds it empty, as after every ALTER TABLE that rewrites"
        ),
    ];
    if !types.is_empty() {
        notes.push(format!(
            "a value written after the switch that the type before cannot hold ({}) makes the rollback stop, and say so, \
             until it is corrected",
            types.join(", ")
        ));
    }
    let anew: Vec<&str> = subject.generated.iter().map(|column| column.name.as_str()).collect();
    if !anew.is_empty() {
        notes.push(format!(
            "{} comes last among the columns of {table}: an INSERT without a list of columns and SELECT * see another order",
            anew.join(", ")
        ));
    }
    notes
}
