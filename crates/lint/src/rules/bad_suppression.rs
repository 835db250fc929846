//! Comments that accept a finding without saying why.

use model::Category;

use super::words::{Check, Danger, Example, Rule, rule};

pub(crate) static RULE: Rule = Rule {
    title: "A comment that allows a finding without a reason, or a rule that does not exist",
    why: "Whoever reads it later cannot tell whether the reason still holds; and a misspelt rule allows nothing at all.",
    instead: "Say why:\n\n```sql\n-- lockkeeper: allow drop-column because no code has read it since release 41\n\
              ALTER TABLE funds DROP COLUMN legacy;\n```",
    bad: &[
        Example::new("-- lockkeeper: allow drop-column\nALTER TABLE funds DROP COLUMN legacy;"),
        Example::new("-- lockkeeper: allow drop-colum because it is unused\nALTER TABLE funds ADD COLUMN legacy int;"),
    ],
    good: &[Example::new("-- lockkeeper: allow drop-column because nothing reads it\nALTER TABLE funds DROP COLUMN legacy;")],
    danger: Danger::Exempt("it is about a comment"),
    ..rule("bad-suppression", Category::Risky, Check::Run)
};
