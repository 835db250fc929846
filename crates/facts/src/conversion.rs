//! What a change of a column's type does to stored values, computed as PostgreSQL computes it.
//!
//! `ALTER COLUMN … TYPE` builds the expression of a cast and rewrites the table unless that expression
//! hands every value on as it is (`ATColumnChangeRequiresRewrite`). The casts, the types' default
//! operator classes and the functions that let the planner drop a length check are data read from the
//! servers; the rules that join them are below, and the measuring program compares them with what each
//! server does for every pair of some fifty types.

use model::TypeName;

use crate::data;
use crate::types::{CastContext, CastMethod, Catalog, Simplifies};

mod spelled;
mod values;

pub use spelled::{Spelled, spell};

/// Digits of a second that PostgreSQL keeps (`MAX_TIMESTAMP_PRECISION`, `MAX_INTERVAL_PRECISION`).
const SECOND_DIGITS_MAX: i32 = 6;

/// How a conversion is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Using {
    /// Without `USING`: an assignment cast.
    #[default]
    None,
    /// `USING column::type`, the column cast to its new type and no more: an explicit cast.
    Cast,
    /// Any other `USING`.
    Expression,
}

/// What a conversion depends on beside the types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ConversionContext {
    /// How it is written.
    pub using: Using,
    /// Whether a btree index has the column.
    pub indexed: bool,
    /// Whether the session's `TimeZone` is known to be UTC.
    pub utc: bool,
}

/// What a conversion does to the storage of a plain table and its indexes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Storage {
    /// Values and indexes stay as they are.
    Free,
    /// Values stay, indexes on the column are built anew.
    RebuildsIndexes,
    /// Every row is written anew.
    Rewrites,
    /// The server refuses it as written: there is no such cast, or it needs a `USING`.
    Refused,
    /// A type that the data does not know.
    Unknown,
}

/// What a conversion does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conversion {
    /// To storage.
    pub storage: Storage,
    /// Whether there are values with which it fails.
    pub may_fail: bool,
    /// Whether there are values that it cuts, rounds or otherwise makes others, silently.
    pub may_change: bool,
}

impl Conversion {
    const fn unknown(storage: Storage) -> Self {
        Self { storage, may_fail: true, may_change: true }
    }
}

/// What `ALTER COLUMN … TYPE to` does to a column of type `from` on servers of this major.
///
/// The types are named as `format_type` writes them. Of a type that is not PostgreSQL's own (an enum, a
/// domain, a composite) nothing is known here; `citext` is.
pub fn conversion(from: &TypeName, to: &TypeName, context: ConversionContext, major: u32) -> Conversion {
    let (Some(from), Some(to)) = (spell(&from.0), spell(&to.0)) else {
        return Conversion::unknown(Storage::Unknown);
    };
    if from == to && context.using != Using::Expression {
        return Conversion { storage: Storage::Free, may_fail: false, may_change: false };
    }
    if context.using == Using::Expression {
        return Conversion::unknown(Storage::Rewrites);
    }
    let catalog = data::types();
    if !catalog.knows(&from.base, major) || !catalog.knows(&to.base, major) {
        return Conversion::unknown(Storage::Unknown);
    }
    let storage = Pair { catalog, from: &from, to: &to, major }.storage(context);
    let (may_fail, may_change) = match storage {
        Storage::Refused => (true, false),
        _ => values::flags(catalog, &from, &to, context.using, major),
    };
    Conversion { storage, may_fail, may_change }
}

/// How a cast gets from one type to another (`find_coercion_pathway`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Path {
    /// The bytes are taken as they are.
    Relabel,
    /// Something is computed.
    Compute,
    /// The function between the timestamps, which computes nothing while the zone is UTC.
    ZoneShift,
}

struct Pair<'a> {
    catalog: &'a Catalog,
    from: &'a Spelled,
    to: &'a Spelled,
    major: u32,
}

impl Pair<'_> {
    fn storage(&self, context: ConversionContext) -> Storage {
        let Some(path) = self.path(context.using == Using::Cast) else { return Storage::Refused };
        let keeps = match path {
            Path::Relabel => true,
            Path::ZoneShift => context.utc,
            Path::Compute => false,
        };
        if context.indexed && !self.to.array && self.catalog.btree_class(&self.to.base, self.major).is_none()
        {
            // The index could not be built again.
            Storage::Refused
        } else if !keeps || !self.keeps_length(path) {
            Storage::Rewrites
        } else if context.indexed && !self.keeps_indexes() {
            Storage::RebuildsIndexes
        } else {
            Storage::Free
        }
    }

    /// The way from the one type to the other; none where the server knows none as it is written.
    fn path(&self, explicit: bool) -> Option<Path> {
        if self.from.base == self.to.base && self.from.array == self.to.array {
            return Some(Path::Relabel);
        }
        if self.from.array || self.to.array {
            return self.array_path(explicit);
        }
        let cast = self.catalog.cast(&self.from.base, &self.to.base, self.major);
        if let Some(cast) = cast {
            if cast.context == CastContext::Explicit && !explicit {
                return None;
            }
            return Some(match cast.method {
                CastMethod::Binary => Path::Relabel,
                _ if self.shifts_zone() => Path::ZoneShift,
                CastMethod::Function | CastMethod::InOut => Path::Compute,
            });
        }
        self.through_text(explicit)
    }

    /// Without a cast of their own, types meet in their text: to a text type by assignment, from one
    /// only when asked for.
    fn through_text(&self, explicit: bool) -> Option<Path> {
        let from_text = !self.from.array && self.catalog.is_text(&self.from.base, self.major);
        let to_text = !self.to.array && self.catalog.is_text(&self.to.base, self.major);
        (to_text || (from_text && explicit)).then_some(Path::Compute)
    }

    /// Arrays convert element by element, which is computed even where the elements keep their bytes.
    fn array_path(&self, explicit: bool) -> Option<Path> {
        if !(self.from.array && self.to.array) {
            return self.through_text(explicit);
        }
        let element = |side: &Spelled| Spelled { array: false, ..side.clone() };
        let (from, to) = (element(self.from), element(self.to));
        Pair { catalog: self.catalog, from: &from, to: &to, major: self.major }.path(explicit)?;
        Some(Path::Compute)
    }

    fn shifts_zone(&self) -> bool {
        let pair = [self.from.base.as_str(), self.to.base.as_str()];
        let stamps = ["timestamp without time zone", "timestamp with time zone"];
        stamps.into_iter().all(|stamp| pair.contains(&stamp))
    }

    /// Whether the planner drops the check of the new type's length: the type's support function
    /// compares it with the old length, which only a value of the very same type brings along.
    fn keeps_length(&self, path: Path) -> bool {
        if self.to.sizes.is_empty() && self.to.fields.is_none() {
            return true;
        }
        let same_type = path == Path::Relabel && self.from.base == self.to.base;
        if same_type && self.from.sizes == self.to.sizes && self.from.fields == self.to.fields {
            return true;
        }
        let old = if same_type { self.from.sizes.as_slice() } else { &[] };
        let Some(simplifies) = self.catalog.simplifies(&self.to.base, self.major) else {
            // A type without a length function has no length.
            return true;
        };
        // The length of an array's elements is checked by a function that has no such support.
        !self.to.array && fits(simplifies, old, self.to, self.from, same_type)
    }

    /// Whether an index on the column still sorts the same: its operator class is the same one, and
    /// does not depend on the type it is used with.
    fn keeps_indexes(&self) -> bool {
        if self.from.base == self.to.base && self.from.array == self.to.array {
            return true;
        }
        if self.from.array || self.to.array {
            return false;
        }
        let class = |side: &Spelled| self.catalog.btree_class(&side.base, self.major);
        class(self.from).is_some_and(|old| !old.takes_any && Some(old) == class(self.to))
    }
}

/// The rules of the support functions (`varchar_support`, `numeric_support`, `TemporalSimplify`, …).
fn fits(rule: Simplifies, old: &[i32], to: &Spelled, from: &Spelled, same_type: bool) -> bool {
    match (rule, old, to.sizes.as_slice()) {
        (Simplifies::Never, ..) => false,
        (Simplifies::Length, [old], [new]) => old <= new,
        (Simplifies::Numeric, [old, old_scale], [new, new_scale]) => old_scale == new_scale && old <= new,
        (Simplifies::Precision, old, [new]) => {
            *new >= SECOND_DIGITS_MAX || old.first().is_some_and(|old| old <= new)
        }
        (Simplifies::Interval, ..) => {
            let whole = Spelled { sizes: Vec::new(), fields: None, ..from.clone() };
            let from = if same_type { from } else { &whole };
            let (old_digits, digits) = (second_digits(from), second_digits(to));
            least_field(to) <= least_field(from)
                && (least_field(from) > 0 || digits >= SECOND_DIGITS_MAX || digits >= old_digits)
        }
        _ => false,
    }
}

/// The finest field an interval keeps, counted from the second.
fn least_field(interval: &Spelled) -> usize {
    let last =
        interval.fields.as_deref().and_then(|fields| fields.split(' ').next_back()).unwrap_or("second");
    let fields = ["second", "minute", "hour", "day", "month", "year"];
    fields.into_iter().position(|field| field == last).unwrap_or_default()
}

/// The digits of a second an interval keeps; more than there are where none are named.
fn second_digits(interval: &Spelled) -> i32 {
    interval.sizes.first().copied().unwrap_or(i32::MAX)
}
