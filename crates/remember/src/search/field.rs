//! What a question can ask of, and how its values are read.

/// What values a field takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Words, compared letter by letter, capitals aside.
    Word,
    /// A table's name, with or without its schema.
    Table,
    /// One of the outcomes.
    Outcome,
    /// A count: `5000000`, `5M`.
    Count,
    /// Bytes: `512MB`, in units of 1024.
    Bytes,
    /// A time in ms, or with a unit: `1.5s`.
    Time,
    /// A moment: `2026-11-02`, or how long ago: `30d`.
    Moment,
    /// `true` or `false`.
    Flag,
}

macro_rules! fields {
    ($($(#[$doc:meta])* $variant:ident = $name:literal $(or $alias:literal)*, $unit:ident;)*) => {
        /// What a question can ask of.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Field { $($(#[$doc])* $variant),* }

        impl Field {
            /// Every name a field may be called by, with the field.
            pub(crate) const NAMES: &[(&'static str, Self)] = &[$(($name, Self::$variant), $(($alias, Self::$variant),)*)*];

            /// The name in answers.
            pub(crate) const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// What values it takes.
            pub(crate) const fn unit(self) -> Unit {
                match self { $(Self::$variant => Unit::$unit),* }
            }
        }
    };
}

fields! {
    /// The type of memory.
    Type = "type", Word;
    /// The operation.
    Operation = "operation" or "op", Word;
    /// The recipe or strategy.
    Recipe = "recipe" or "strategy", Word;
    /// The table.
    Table = "table", Table;
    /// The table's rows.
    Rows = "rows" or "row_count", Count;
    /// The table's size.
    Bytes = "bytes" or "size", Bytes;
    /// How long it took.
    Ms = "ms" or "duration", Time;
    /// How long locks were held.
    LockHold = "lock_hold", Time;
    /// How long locks were queued for.
    LockWait = "lock_wait", Time;
    /// How long the application stalled.
    Stall = "stall", Time;
    /// How it ended.
    Outcome = "outcome", Outcome;
    /// The environment.
    Env = "env" or "environment", Word;
    /// The server's major version.
    Version = "version" or "pg", Count;
    /// The run.
    Run = "run", Word;
    /// Not before.
    Since = "since", Moment;
    /// Not after.
    Until = "until", Moment;
    /// Measured on a throwaway server.
    Rehearsal = "rehearsal", Flag;
    /// Told by a person.
    Claimed = "claimed", Flag;
}

impl Field {
    /// The field with this name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, field)| *field)
    }

    /// The name that is nearest to a word that names none.
    pub(crate) fn nearest(name: &str) -> &'static str {
        let distance = |known: &str| strsim::damerau_levenshtein(known, name);
        Self::NAMES.iter().map(|(known, _)| *known).min_by_key(|known| distance(known)).unwrap_or("type")
    }
}

/// The order in which predicates are given up where too few documents meet them all: what is measured
/// first, then circumstances, then the subject. An operation is given up before a table, because its
/// family still holds. What is not here is never given up.
pub(crate) const RELAXED: [Field; 14] = [
    Field::Stall,
    Field::LockWait,
    Field::LockHold,
    Field::Ms,
    Field::Bytes,
    Field::Rows,
    Field::Since,
    Field::Until,
    Field::Version,
    Field::Env,
    Field::Outcome,
    Field::Recipe,
    Field::Operation,
    Field::Table,
];
