//! Names that the server cuts.

use parse::Script;

use super::words::{Check, Example, Hit, Hits, Rule, advice};

pub(crate) static RULE: Rule = Rule {
    title: "A name longer than 63 bytes",
    why: "The server cuts it without an error: what comes later may not find it by its full name, and two long names may become one.",
    instead: "Choose a shorter name, for instance `investments_post_money_valuation_check`.",
    bad: &[Example::new("CREATE TABLE aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa (id bigint);")],
    good: &[Example::new("CREATE TABLE funds (id bigint);")],
    ..advice("identifier-too-long", Check::File(check))
};

fn check(script: &Script<'_>) -> Hits {
    let names = script.statements.iter().flat_map(|statement| &statement.long_names);
    let text = |name: &str| format!("{name} is cut to 63 bytes");
    names.map(|span| Hit::new(*span, text(span.of(script.text)), "choose a shorter name")).collect()
}
