//! The changes that are measured, and the order they come in.

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;

use crate::tables::Table;

/// A change of one table; `{t}` is the table's name.
pub(crate) struct Change {
    pub(crate) name: &'static str,
    pub(crate) ddl: &'static str,
    /// Tables of more rows at the start are left alone: what is written row by row takes minutes there.
    rows_max: u32,
}

const fn change(name: &'static str, ddl: &'static str, rows_max: u32) -> Change {
    Change { name, ddl, rows_max }
}

impl Change {
    /// A change of a table of any size.
    pub(crate) const fn of(name: &'static str, ddl: &'static str) -> Self {
        change(name, ddl, ANY)
    }
}

const ANY: u32 = u32::MAX;

pub(crate) const CHANGES: [Change; 10] = [
    change("constant default", "ALTER TABLE public.{t} ADD COLUMN grade integer NOT NULL DEFAULT 3", ANY),
    change("index", "CREATE INDEX {t}_amount_idx ON public.{t} (amount, created_at)", ANY),
    change("index on text", "CREATE INDEX {t}_note_idx ON public.{t} (note)", ANY),
    change("check", "ALTER TABLE public.{t} ADD CONSTRAINT {t}_amount_check CHECK (amount >= 0)", ANY),
    change("not null", "ALTER TABLE public.{t} ALTER COLUMN code SET NOT NULL", ANY),
    change(
        "foreign key",
        "ALTER TABLE public.{t} ADD CONSTRAINT {t}_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES public.funds (id)",
        ANY,
    ),
    change("unique", "ALTER TABLE public.{t} ADD CONSTRAINT {t}_code_key UNIQUE (code)", ANY),
    change("plain column", "ALTER TABLE public.{t} ADD COLUMN remark text", ANY),
    change("backfill", "ALTER TABLE public.{t} ADD COLUMN token uuid DEFAULT gen_random_uuid()", 260_000),
    change("type", "ALTER TABLE public.{t} ALTER COLUMN kind TYPE bigint", 260_000),
];

/// Every change of every table, in random order, again and again.
pub(crate) struct Deck {
    tables: Vec<&'static Table>,
    random: StdRng,
    cards: Vec<(&'static Table, &'static Change)>,
}

impl Deck {
    pub(crate) fn shuffled(tables: Vec<&'static Table>) -> Self {
        Self { tables, random: StdRng::seed_from_u64(20), cards: Vec::new() }
    }

    pub(crate) fn draw(&mut self) -> (&'static Table, &'static Change) {
        loop {
            if let Some(card) = self.cards.pop() {
                return card;
            }
            let all = self.tables.iter().flat_map(|table| CHANGES.iter().map(move |change| (*table, change)));
            self.cards = all.filter(|(table, change)| table.rows <= change.rows_max).collect();
            self.cards.shuffle(&mut self.random);
        }
    }
}
