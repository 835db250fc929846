//! Whether there are values that a conversion refuses, or silently makes others.

use super::{SECOND_DIGITS_MAX, Spelled, Using};
use crate::types::Catalog;

/// Whether values may make the conversion fail, and whether it may make them others.
///
/// For types without sizes this was measured with values from the edges of each type; sizes follow
/// rules: an assignment fails where a value is too long and a cast cuts it, a scale rounds.
pub(super) fn flags(
    catalog: &Catalog,
    from: &Spelled,
    to: &Spelled,
    using: Using,
    major: u32,
) -> (bool, bool) {
    if from.array != to.array {
        return (true, true);
    }
    let (mut may_fail, mut may_change) = match from.base == to.base {
        true => (false, false),
        false => catalog.values(&from.base, &to.base, major),
    };
    let too_big = !to.sizes.is_empty() && !bounded(from, to);
    match to.base.as_str() {
        "character varying" | "character" | "bit" | "bit varying" if too_big => {
            let cuts = using == Using::Cast;
            may_change |= cuts;
            may_fail |= !cuts;
        }
        "numeric" => {
            may_fail |= too_big;
            may_change |= rounds(from, to);
        }
        _ if too_big => may_change = true,
        _ => {}
    }
    may_change |= to.fields.is_some() && from.fields != to.fields;
    (may_fail, may_change)
}

/// Whether every value of the one type is within the sizes of the other.
fn bounded(from: &Spelled, to: &Spelled) -> bool {
    let texts = ["character varying", "character"];
    let lengths_compare =
        from.base == to.base || [from, to].iter().all(|side| texts.contains(&side.base.as_str()));
    match (from.sizes.as_slice(), to.sizes.as_slice()) {
        (_, [precision, scale]) if to.base == "numeric" => {
            whole_digits(from).is_some_and(|digits| digits <= precision - scale)
        }
        // A fixed number of bits is what it is: fewer do not fill it.
        ([old], [new]) if to.base == "bit" => from.base == to.base && old == new,
        ([old, ..], [new, ..]) => lengths_compare && old <= new,
        ([], [digits]) if is_time(&to.base) => *digits >= SECOND_DIGITS_MAX || from.base == "date",
        _ => false,
    }
}

fn is_time(base: &str) -> bool {
    base.starts_with("time") || base == "interval"
}

/// The digits before the point that a number of this type may have.
fn whole_digits(from: &Spelled) -> Option<i32> {
    match (from.base.as_str(), from.sizes.as_slice()) {
        ("smallint", _) => Some(5),
        ("integer", _) => Some(10),
        ("bigint", _) => Some(19),
        ("numeric", [precision, scale]) => Some(precision - scale),
        _ => None,
    }
}

/// Whether digits behind the point may go.
fn rounds(from: &Spelled, to: &Spelled) -> bool {
    let [_, scale] = to.sizes.as_slice() else { return false };
    match (from.base.as_str(), from.sizes.as_slice()) {
        // A negative scale rounds whole numbers too.
        ("smallint" | "integer" | "bigint", _) => *scale < 0,
        ("numeric", [_, old]) => scale < old,
        _ => true,
    }
}
