//! The embedder that is compiled in: a table of word pieces. See `embedding/README.md`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use model::Fault;

use super::Embedder;

/// The table, whole.
static BYTES: &[u8] = include_bytes!("../../embedding/static128_int8.bin");

/// The table's id: the beginning of its SHA-256.
const MODEL: &str = "static128-3a687651";

static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| Table::read(BYTES));

/// The embedder that is compiled in. It knows no grammar and no order of words: a text is the sum of
/// its word pieces, fitted so that sums lie as a sentence model lays its sentences. Good at saying the
/// same in other words, not at "not".
#[derive(Debug, Clone, Copy, Default)]
pub struct StaticTable;

impl Embedder for StaticTable {
    fn model(&self) -> &str {
        MODEL
    }

    fn is_local(&self) -> bool {
        true
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Option<Vec<f32>>>, Fault> {
        let table = TABLE.as_ref().ok_or_else(|| {
            Fault::new("memory.embedding", "the table of word pieces in this build cannot be read")
        })?;
        Ok(texts.iter().map(|text| table.embed(text)).collect())
    }
}

/// The table to try: another one where `LOCKKEEPER_TEST_TABLE` names its file, else the one that ships.
#[cfg(test)]
pub(crate) fn tried(text: &str) -> Option<Vec<f32>> {
    static TRIED: LazyLock<Table> = LazyLock::new(|| match std::env::var_os("LOCKKEEPER_TEST_TABLE") {
        Some(file) => Table::read(Box::leak(std::fs::read(file).unwrap().into_boxed_slice())).unwrap(),
        None => Table::read(BYTES).unwrap(),
    });
    TRIED.embed(text)
}

/// The table as it lies in the binary: nothing of it is copied but the order of its words.
struct Table {
    dimensions: usize,
    pieces: BTreeMap<&'static str, usize>,
    scales: &'static [u8],
    rows: &'static [u8],
}

impl Table {
    /// `SEM1`, the number of pieces, dimensions and bytes of vocabulary; the vocabulary, one piece a
    /// line; a float32 scale for each piece; its int8 values. Little endian.
    fn read(bytes: &'static [u8]) -> Option<Self> {
        let body = bytes.strip_prefix(b"SEM1")?;
        let (header, body) = body.split_first_chunk::<12>()?;
        let number = |at: usize| {
            let digits = header.get(at * 4..at * 4 + 4)?.try_into().ok()?;
            usize::try_from(u32::from_le_bytes(digits)).ok()
        };
        let (count, dimensions, vocabulary_bytes) = (number(0)?, number(1)?, number(2)?);
        let (vocabulary, body) = body.split_at_checked(vocabulary_bytes)?;
        let (scales, rows) = body.split_at_checked(4 * count)?;
        let vocabulary = std::str::from_utf8(vocabulary).ok()?;
        let pieces: BTreeMap<_, _> =
            vocabulary.split('\n').enumerate().map(|(at, piece)| (piece, at)).collect();
        (rows.len() == count * dimensions).then_some(Self { dimensions, pieces, scales, rows })
    }

    /// The sum of a text's pieces, brought to length 1; none where it knows no piece of it.
    fn embed(&self, text: &str) -> Option<Vec<f32>> {
        let mut sum = vec![0.0; self.dimensions];
        for word in words(&text.to_lowercase()) {
            for piece in self.pieces_of(word).into_iter().flatten() {
                self.add(piece, &mut sum);
            }
        }
        let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
        length.is_normal().then(|| sum.into_iter().map(|value| value / length).collect())
    }

    /// A word whole, where it is listed; otherwise its longest beginnings, one after the other. None
    /// where a rest is unknown.
    fn pieces_of(&self, word: &str) -> Option<Vec<usize>> {
        if let Some(whole) = self.pieces.get(word) {
            return Some(vec![*whole]);
        }
        let (mut pieces, mut at) = (Vec::new(), 0);
        while at < word.len() {
            let (piece, end) = self.longest(word, at)?;
            pieces.push(piece);
            at = end;
        }
        Some(pieces)
    }

    fn longest(&self, word: &str, start: usize) -> Option<(usize, usize)> {
        let continued = if start == 0 { "" } else { "##" };
        let ends = (start + 1..=word.len()).rev().filter(|end| word.is_char_boundary(*end));
        ends.map(|end| (self.pieces.get([continued, &word[start..end]].concat().as_str()), end))
            .find_map(|(piece, end)| Some((*piece?, end)))
    }

    fn add(&self, piece: usize, sum: &mut [f32]) {
        let scale = self.scales[piece * 4..].first_chunk().map_or(0.0, |bytes| f32::from_le_bytes(*bytes));
        let row = &self.rows[piece * self.dimensions..(piece + 1) * self.dimensions];
        for (total, value) in sum.iter_mut().zip(row) {
            *total += scale * f32::from(i8::from_le_bytes([*value]));
        }
    }
}

/// Runs of a-z and 0-9, and every other character but space by itself.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let end =
            if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meaning::Packed;

    fn cosine(left: &str, right: &str) -> f64 {
        let table = StaticTable;
        let vectors = table.embed(&[left, right]).unwrap();
        let packed: Vec<_> =
            vectors.into_iter().map(|vector| Packed::new(&vector.unwrap()).unwrap()).collect();
        packed[0].cosine(&packed[1]).unwrap()
    }

    #[test]
    fn its_id_is_its_own() {
        let digest = model::Fingerprint::of_bytes(BYTES);
        assert!(digest.as_str().starts_with(MODEL.strip_prefix("static128-").unwrap()));
    }

    #[test]
    fn splits_as_the_table_was_made() {
        let found: Vec<_> = words("set not-null on v2_t é").collect();
        assert_eq!(found, ["set", "not", "-", "null", "on", "v2", "_", "t", "é"]);
    }

    #[test]
    fn the_same_in_other_words_lies_nearer_than_something_else() {
        let incident = "the lock was not to be had in time because of a long report";
        let question = "a slow reporting query kept our statement waiting";
        assert!(cosine(incident, question) > cosine(incident, "the disk was full") + 0.1);
        assert!(cosine("create index", "create index") > 0.99);
    }

    #[test]
    fn nothing_is_made_of_nothing() {
        let vectors = StaticTable.embed(&["", "   ", "日本"]).unwrap();
        assert_eq!(vectors, [None, None, None]);
    }
}
