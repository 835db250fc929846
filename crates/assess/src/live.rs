//! What a live database says of itself beside its statistics.

use std::collections::BTreeMap;

use model::Name;

/// Figures of a live database at one moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Live {
    /// Its sequences that were used.
    pub sequences: Vec<SequenceUse>,
    /// Rows inserted, updated and deleted in a second, by table.
    pub writes_per_second: BTreeMap<Name, f64>,
    /// What these rates rest on, in words: `two samples 1.0 s apart`.
    pub writes_basis: String,
    /// Since when the server counts, as a date; none where it does not say.
    pub since: Option<String>,
    /// What the server says of its WAL archive; none where it may not be asked.
    pub archive: Option<Archive>,
    /// Statements that may use an index, by index, where statement statistics can be read.
    pub index_readers: BTreeMap<Name, IndexReaders>,
}

/// What a server says of its WAL archive: half of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// In words.
    pub words: String,
    /// Whether archiving was to work, and failed the last time.
    pub fails: bool,
}

/// How far a sequence is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SequenceUse {
    /// The sequence.
    pub name: Name,
    /// The column it fills with its type, where it belongs to one: `integer public.funds.id`.
    pub column: Option<String>,
    /// The last number it gave, without its sign.
    pub last: u64,
    /// The last number that it, and its column, can hold, without its sign.
    pub limit: u64,
    /// Whether it begins anew after its end.
    pub cycles: bool,
}

impl SequenceUse {
    /// How much of its numbers is used, 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    pub fn share(&self) -> f64 {
        self.last as f64 / self.limit.max(1) as f64
    }
}

/// Statements that name an index's table and its first column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct IndexReaders {
    /// How many there are.
    pub statements: u64,
    /// How often they were called together.
    pub calls: u64,
}
