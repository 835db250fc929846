//! Every investment's stage, by a mapping that is not the plan's: that of the made-up rows themselves.

use std::collections::BTreeMap;

use connect::Session;
use model::{Fault, Ident, count_text, sql};
use populate::funds::stage_spellings;
use traffic::Books;

use super::{Proof, rows};
use crate::code::stages;
use crate::stage::Stage;

/// Rows looked at with one query.
const CHUNK: i64 = 100_000;

/// What the check found.
#[derive(Debug, Default)]
struct Found {
    rows: u64,
    written: u64,
    inserted: u64,
    wrong: u64,
    example: Option<String>,
}

impl Found {
    fn wrong(&mut self, example: String) {
        self.wrong += 1;
        self.example.get_or_insert(example);
    }

    fn proof(self, what: &str) -> Proof {
        let counts = format!(
            "{what}: {} rows looked at, {} of them written and {} inserted meanwhile, {} wrong",
            count_text(self.rows),
            count_text(self.written),
            count_text(self.inserted),
            count_text(self.wrong)
        );
        let example = self.example.map(|example| format!(" ({example})")).unwrap_or_default();
        Proof { what: counts + &example, holds: self.wrong == 0 && self.rows > 0 }
    }
}

/// What a spelling means.
struct Meaning(BTreeMap<String, &'static str>);

impl Meaning {
    fn new() -> Self {
        Self(stage_spellings())
    }

    fn of(&self, spelling: Option<&str>) -> Option<&str> {
        let Some(spelling) = spelling else { return Some("UNKNOWN") };
        self.0.get(&spelling.trim().to_lowercase()).copied()
    }
}

/// Every row holds what its spelling at the start means, or what the application wrote last.
pub(super) async fn at_end(stage: &Stage, books: &Books) -> Result<Proof, Fault> {
    let meaning = Meaning::new();
    let known: Vec<&str> = meaning.0.values().copied().chain(["UNKNOWN"]).collect();
    let found = compare(stage, stages::normalized(), books, |was, is, written| match (was, written) {
        (_, Some(None)) => true,
        (_, Some(Some(written))) => is == Some(written),
        (Some(was), None) => is.is_some() && is == meaning.of(was),
        (None, None) => is.is_some_and(|is| known.contains(&is)),
    });
    Ok(found.await?.proof("every stage means what its spelling meant"))
}

/// Every row that the application did not write has its old spelling, letter by letter; every other one has a
/// spelling that means what the application wrote last, whichever version of it wrote.
pub(super) async fn after_way_back(stage: &Stage, books: &Books) -> Result<Proof, Fault> {
    let meaning = Meaning::new();
    let found = compare(stage, Ident::new("stage"), books, |was, is, written| match (was, written) {
        (_, Some(None)) => true,
        (_, Some(Some(written))) => meaning.of(is) == Some(written),
        (Some(was), None) => is == was,
        (None, None) => meaning.of(is).is_some(),
    });
    Ok(found
        .await?
        .proof("after the way back every spelling is the old one, or means what was written since"))
}

/// Goes through the rows of both databases. `holds` is asked with the spelling at the start (none for a row
/// that was not there), what the column holds now, and what was written last (none inside where the
/// answer never came).
async fn compare(
    stage: &Stage,
    column: Ident,
    books: &Books,
    holds: impl Fn(Option<Option<&str>>, Option<&str>, Option<Option<&str>>) -> bool,
) -> Result<Found, Fault> {
    let before = stage.untouched_session().await?;
    let now = stage.session().await?;
    let written = books.acknowledged(&stages::investments(), &stages::normalized());
    let last = rows(&now, &sql!("SELECT coalesce(max(id), 0) FROM public.investments")).await?;
    let last: i64 = last.first().map(|row| row.get(0)).unwrap_or_default();
    let mut found = Found::default();
    let mut from = 1;
    while from <= last {
        let was = read(&before, &Ident::new("stage"), from).await?;
        for (id, is) in read(&now, &column, from).await? {
            let was = was.get(&id).map(Option::as_deref);
            let by_application = written.get(&id.to_string()).map(Option::as_deref);
            found.rows += 1;
            found.written += u64::from(by_application.is_some());
            found.inserted += u64::from(was.is_none());
            if !holds(was, is.as_deref(), by_application) {
                found.wrong(format!("investment {id} was {was:?}, is {is:?}, written {by_application:?}"));
            }
        }
        from += CHUNK;
    }
    before.close().await;
    now.close().await;
    Ok(found)
}

async fn read(session: &Session, column: &Ident, from: i64) -> Result<BTreeMap<i64, Option<String>>, Fault> {
    let to = from + CHUNK - 1;
    let query =
        sql!("SELECT id, {}::text FROM public.investments WHERE id BETWEEN {} AND {}", column, from, to);
    Ok(rows(session, &query).await?.iter().map(|row| (row.get(0), row.get(1))).collect())
}
