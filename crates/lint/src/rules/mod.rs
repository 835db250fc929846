//! The rules, one file each: detection, message, why, what to do instead, and examples of both kinds.
//!
//! A rule's file is its only home: the list below, the documentation pages and the tests are made from it.

mod words;

use crate::failure::Failure;
use crate::rule::{Hit, Rule};

macro_rules! rules {
    ($($module:ident,)*) => {
        $(mod $module;)*

        /// Every rule, in the order of the documentation.
        pub(crate) static ALL: &[&Rule] = &[$(&$module::RULE),*];
    };
}

rules! {
    // Columns
    add_column_not_null,
    add_column_volatile_default,
    add_column_serial,
    add_column_generated_stored,
    add_column_constrained_domain,
    add_column_check,
    add_column_unique,
    add_column_references_default,
    set_not_null,
    alter_column_type,
    alter_column_type_narrows,
    alter_column_type_rebuilds_indexes,
    set_expression,
    drop_expression,
    drop_identity,
    restart_sequence,
    if_not_exists_skips,
    rename_column,
    drop_column,
    // Constraints
    add_check,
    add_foreign_key,
    add_unique,
    add_primary_key,
    add_exclusion,
    validate_in_same_transaction,
    foreign_key_without_index,
    on_delete_cascade,
    drop_key,
    alter_domain_constraint,
    // Indexes
    create_index,
    drop_index,
    reindex,
    // Tables and what else there is
    drop_table,
    drop_cascade,
    drop_schema,
    drop_database,
    drop_object,
    rename_table,
    set_schema,
    table_rewrite,
    enable_row_security,
    disable_row_security,
    no_inherit,
    disable_trigger,
    rename_enum_value,
    enum_value_in_same_transaction,
    // Partitions
    attach_partition,
    create_partition,
    detach_partition,
    // Rows
    truncate,
    delete_without_where,
    delete_cascades,
    update_without_where,
    backfill_in_one_statement,
    // Maintenance
    vacuum_full,
    refresh_materialized_view,
    lock_table,
    // Transactions
    concurrently_in_transaction,
    slow_statement_under_lock,
    blocking_work,
    missing_lock_timeout,
    nested_transaction,
    uncommitted_transaction,
    // Certainties and doubts
    syntax_error,
    will_fail,
    unknown_effect,
    bad_suppression,
    // Advice
    prefer_bigint,
    prefer_text,
    prefer_timestamptz,
    prefer_identity,
    prefer_jsonb,
    prefer_if_exists,
    prefer_one_alter_table,
    prefer_schema_name,
    prefer_lookup_table,
    prefer_numeric,
    enum_value_without_place,
    wide_index,
    duplicate_index,
    foreign_key_type,
    table_without_primary_key,
    unlogged_table,
    identifier_too_long,
    create_domain_constraint,
    new_restriction,
    drop_constraint,
    drop_not_null,
    drop_default,
    replica_identity_full,
    create_trigger,
    change_policy,
    revoke,
    security_definer_without_search_path,
    missing_statement_timeout,
    long_lock_timeout,
    locks_on_several_tables,
    server_setting,
}

pub(crate) use bad_suppression::RULE as BAD_SUPPRESSION;
pub(crate) use concurrently_in_transaction::{RULE as CONCURRENTLY_IN_TRANSACTION, barred};
pub(crate) use missing_lock_timeout::RULE as MISSING_LOCK_TIMEOUT;
pub(crate) use nested_transaction::RULE as NESTED_TRANSACTION;
pub(crate) use syntax_error::RULE as SYNTAX_ERROR;
pub(crate) use uncommitted_transaction::RULE as UNCOMMITTED_TRANSACTION;
pub(crate) use will_fail::RULE as WILL_FAIL;

/// Every rule there is.
pub fn rules() -> &'static [&'static Rule] {
    ALL
}

/// The rule of this name.
pub(crate) fn rule(name: &str) -> Option<&'static Rule> {
    ALL.iter().copied().find(|rule| rule.name == name)
}

/// The rule whose name is nearest to a word, where one is near.
pub(crate) fn nearest(word: &str) -> Option<&'static str> {
    let near = ALL.iter().map(|rule| (distance(word, rule.name), rule.name)).min();
    near.filter(|(distance, _)| *distance <= word.len() / 3 + 1).map(|(_, name)| name)
}

/// How many characters have to be put in, taken out or changed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let cost = (diagonal + usize::from(x != *y)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[b.len()]
}

/// What to do about a statement that is certain to fail.
pub(crate) fn failure_help(failure: &Failure) -> &'static str {
    will_fail::help(failure)
}

/// The documentation page of a rule, in Markdown.
pub fn documentation(rule: &Rule) -> String {
    let kind = if rule.advice { "advice, off unless `advice = true` or switched on" } else { "on" };
    let mut page = format!("# {}\n\n{}\n\n*{}; {kind}.*\n\n", rule.name, rule.title, rule.category);
    page.push_str("## Why\n\n");
    page.push_str(rule.why.trim());
    page.push_str("\n\n## Instead\n\n");
    page.push_str(rule.instead.trim());
    page.push('\n');
    for (title, examples) in [("Found", rule.bad), ("Not found", rule.good)] {
        if !examples.is_empty() {
            page.push_str(&format!("\n## {title}\n"));
        }
        for example in examples {
            page.push_str("\n```sql\n");
            if !example.before.is_empty() {
                page.push_str(&format!("-- before: {}\n", example.before.trim().replace('\n', "\n-- ")));
            }
            page.push_str(example.sql.trim());
            page.push_str("\n```\n");
        }
    }
    page.push_str("\n## To accept it\n\n```sql\n");
    page.push_str(&format!("-- lockkeeper: allow {} because …\n```\n", rule.name));
    page
}

/// The page that lists all rules.
pub fn index_page() -> String {
    let mut page =
        "# Rules\n\nMade from the rules themselves by `cargo run -p lint --example rule_pages`.\n\n\
         Beside them: [what runs migrations](../runners.md), and [the rules of other linters](../linters.md).\n"
            .to_owned();
    for (title, advice) in [("On", false), ("Advice, off unless asked for", true)] {
        page.push_str(&format!("\n## {title}\n\n| rule | category | finds |\n|---|---|---|\n"));
        for rule in ALL.iter().filter(|rule| rule.advice == advice) {
            let finds = rule.title.replace('|', "\\|");
            page.push_str(&format!("| [{0}]({0}.md) | {1} | {finds} |\n", rule.name, rule.category));
        }
    }
    page
}

/// A finding of every kind that a rule's file may hand to the run.
pub(crate) type Hits = Vec<Hit>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LintConfig, Options, SourceFile, lint};

    fn found(rule: &Rule, example: &crate::Example) -> bool {
        let config = LintConfig { advice: true, ..LintConfig::default() };
        let before = SourceFile::new("before.sql", example.before).applied();
        let files = [before, SourceFile::new("example.sql", example.sql)];
        let report = lint(&files, &Options::new(&config));
        report.findings.iter().any(|finding| finding.rule == rule.name)
    }

    #[test]
    fn every_rule_finds_what_is_bad_and_nothing_in_what_is_good() {
        let mut wrong = Vec::new();
        for rule in ALL {
            let missed = rule.bad.iter().filter(|example| !found(rule, example));
            wrong.extend(missed.map(|example| format!("{} misses: {}", rule.name, example.sql)));
            let imagined = rule.good.iter().filter(|example| found(rule, example));
            wrong
                .extend(imagined.map(|example| format!("{} finds something in: {}", rule.name, example.sql)));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn every_rule_has_a_name_a_reason_and_examples_of_both_kinds() {
        for (at, rule) in ALL.iter().enumerate() {
            assert!(rule.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", rule.name);
            assert!(ALL[..at].iter().all(|other| other.name != rule.name), "{} twice", rule.name);
            assert!(!rule.bad.is_empty() && !rule.good.is_empty(), "{} lacks an example", rule.name);
            assert!(rule.title.len() > 10 && rule.why.len() > 40 && rule.instead.len() > 15, "{}", rule.name);
        }
    }

    #[test]
    fn near_names_are_found() {
        assert_eq!(nearest("drop-colum"), Some("drop-column"));
        assert_eq!(nearest("something-else-entirely-different"), None);
    }
}
