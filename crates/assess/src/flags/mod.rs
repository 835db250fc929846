//! Red flags: reasons to stop before pushing.

mod cascade;
mod change;
mod live;

use model::{Change, RedFlag, count_text};

use crate::{CodeUse, Input, Precondition};

pub(crate) fn red_flags(input: &Input<'_>) -> Vec<RedFlag> {
    let mut flags = Vec::new();
    for (at, judged) in input.changes.iter().enumerate() {
        let violated: Vec<RedFlag> =
            input.asked(at).filter(|asked| asked.is_violated() != Some(false)).map(violation).collect();
        let counted = input.asked(at).next().is_some() && input.asked(at).all(|a| a.is_violated().is_some());
        flags.extend(violated);
        // What was counted on the data is not said again as a possibility.
        flags.extend(change::of(input, &judged.change).filter(|flag| !(counted && is_about_data(flag))));
        flags.extend(cascade::of(input, &judged.change));
        flags.extend(still_used(input, &judged.change));
    }
    flags.extend(live::flags(input));
    flags
}

/// Flags that say of data what counting says better.
fn is_about_data(flag: &RedFlag) -> bool {
    let rules = ["not-null-without-default", "type-change-without-conversion", "narrowing", "drop-table"];
    rules.contains(&flag.rule.as_str())
}

fn violation(asked: &Precondition) -> RedFlag {
    RedFlag {
        rule: asked.rule.to_owned(),
        object: asked.object.clone(),
        message: asked.sentence(),
        help: asked.help(),
    }
}

/// The places in code that use what a change takes away.
fn still_used(input: &Input<'_>, change: &Change) -> Option<RedFlag> {
    let (object, uses) = input.uses(change)?;
    let first = uses.first()?;
    let places = if uses.len() == 1 {
        "1 place uses it".to_owned()
    } else {
        format!("{} places use it", count_text(uses.len() as u64))
    };
    let shown: Vec<String> = uses.iter().take(PLACES_SHOWN).map(CodeUse::place).collect();
    let more = if uses.len() > PLACES_SHOWN { ", …" } else { "" };
    let text = if first.text.is_empty() { String::new() } else { format!(" ({})", first.text) };
    Some(RedFlag {
        rule: "still-used".to_owned(),
        message: format!("{places}: {}{more}{text}", shown.join(", ")),
        object,
        help: "deploy code that does not use it before it goes".to_owned(),
    })
}

/// How many places a red flag names; the findings of its change name more of them.
const PLACES_SHOWN: usize = 5;
