//! What a caller can choose.

use std::collections::{BTreeMap, BTreeSet};

use globset::{Glob, GlobMatcher};
use model::{Fault, Fingerprint, Name, Schema};
use serde::{Deserialize, Serialize};

use crate::runner::Runner;

/// The server's major that is assumed where nothing is said.
pub const PG_VERSION: u32 = 17;

/// How to lint.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// The major of the server the files are meant for.
    pub pg_version: u32,
    /// The schema as it is before the files, where it is known.
    pub schema: Option<&'a Schema>,
    /// Each file is run in one transaction, whatever its runner.
    pub assume_transaction: bool,
    /// What runs the files; told from each file where none is given.
    pub runner: Option<Runner>,
    /// Settings.
    pub config: &'a LintConfig,
    /// Findings that were there before and are not reported.
    pub baseline: Option<&'a Baseline>,
}

impl<'a> Options<'a> {
    /// The defaults under these settings.
    pub fn new(config: &'a LintConfig) -> Self {
        Self {
            pg_version: config.pg_version.unwrap_or(PG_VERSION),
            schema: None,
            assume_transaction: config.assume_transaction,
            runner: config.runner,
            config,
            baseline: None,
        }
    }
}

/// Whether a rule is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// It is.
    On,
    /// It is not.
    Off,
}

/// `[lint]` of `lockkeeper.toml`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LintConfig {
    /// The major of the server the files are meant for.
    pub pg_version: Option<u32>,
    /// Each file is run in one transaction.
    pub assume_transaction: bool,
    /// All new files run in one transaction, as drizzle-orm and node-pg-migrate run those they find new at once.
    pub one_transaction: bool,
    /// What runs the files.
    pub runner: Option<Runner>,
    /// Whether rules that are only advice are applied.
    pub advice: bool,
    /// Rules that are switched on or off.
    pub rules: BTreeMap<String, Level>,
    /// Tables so small that reading or rewriting them is over before anybody notices.
    pub small_tables: BTreeSet<Name>,
    /// Settings for some paths; the last one that matches a path and names a rule decides.
    pub paths: Vec<PathConfig>,
}

/// Settings for the paths that a pattern matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct PathConfig {
    /// The pattern: `legacy/**`.
    pub path: String,
    /// Whether nothing is reported there.
    pub skip: bool,
    /// What runs the files there.
    pub runner: Option<Runner>,
    /// Whether each file there is run in one transaction, whatever its runner.
    pub assume_transaction: Option<bool>,
    /// Rules that are switched on or off there.
    pub rules: BTreeMap<String, Level>,
}

impl LintConfig {
    /// Says whether the settings name only rules that exist and patterns that can be read.
    ///
    /// # Errors
    /// `lint.config` for a rule that does not exist or a pattern that cannot be read.
    pub fn check(&self) -> Result<(), Fault> {
        let named = self.rules.keys().chain(self.paths.iter().flat_map(|path| path.rules.keys()));
        for rule in named {
            if crate::rules::rule(rule).is_none() {
                let help = match crate::rules::nearest(rule) {
                    Some(near) => format!("did you mean {near}? `lockkeeper lint --rules` lists them all"),
                    None => "`lockkeeper lint --rules` lists the rules".to_owned(),
                };
                return Err(Fault::new("lint.config", format!("there is no rule {rule}"))
                    .at("[lint]")
                    .help(help));
            }
        }
        for path in &self.paths {
            Glob::new(&path.path).map_err(|error| {
                Fault::new("lint.config", format!("the pattern {} cannot be read", path.path))
                    .at("[[lint.paths]]")
                    .cause(error)
            })?;
        }
        Ok(())
    }
}

/// The settings with their patterns read, so that each file costs little.
#[derive(Debug)]
pub(crate) struct PathSettings<'c> {
    config: &'c LintConfig,
    paths: Vec<(GlobMatcher, &'c PathConfig)>,
}

impl<'c> PathSettings<'c> {
    /// Reads the patterns; one that cannot be read matches nothing ([`LintConfig::check`] reports it).
    pub(crate) fn new(config: &'c LintConfig) -> Self {
        let compiled =
            |settings: &'c PathConfig| Some((Glob::new(&settings.path).ok()?.compile_matcher(), settings));
        Self { config, paths: config.paths.iter().filter_map(compiled).collect() }
    }

    /// The settings in force for one file.
    pub(crate) fn for_path(&self, path: &str) -> PathRules {
        let config = self.config;
        let mut rules = PathRules {
            advice: config.advice,
            levels: config.rules.clone(),
            skip: false,
            runner: None,
            assume_transaction: None,
        };
        for (_, settings) in self.paths.iter().filter(|(pattern, _)| pattern.is_match(path)) {
            rules.skip |= settings.skip;
            rules.runner = settings.runner.or(rules.runner);
            rules.assume_transaction = settings.assume_transaction.or(rules.assume_transaction);
            rules.levels.extend(settings.rules.iter().map(|(rule, level)| (rule.clone(), *level)));
        }
        rules
    }
}

/// The settings in force for one file.
#[derive(Debug, Clone)]
pub(crate) struct PathRules {
    advice: bool,
    levels: BTreeMap<String, Level>,
    pub(crate) skip: bool,
    pub(crate) runner: Option<Runner>,
    pub(crate) assume_transaction: Option<bool>,
}

impl PathRules {
    /// Whether a rule is applied.
    pub(crate) fn applies(&self, rule: &crate::Rule) -> bool {
        match self.levels.get(rule.name) {
            Some(level) => *level == Level::On,
            None => !rule.advice || self.advice,
        }
    }
}

/// Findings that were there before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    /// Each by its file, its rule, and a fingerprint of its statement; a count where there are several.
    pub findings: Vec<BaselineEntry>,
}

/// Findings of one rule in statements of one wording.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BaselineEntry {
    /// The file.
    pub file: String,
    /// The rule.
    pub rule: String,
    /// The fingerprint of the statement, blanks aside.
    pub statement: Fingerprint,
    /// How many there are.
    pub count: u32,
}

impl Baseline {
    /// Reads a baseline file.
    ///
    /// # Errors
    /// `lint.baseline` where it is not one.
    pub fn from_json(text: &str) -> Result<Self, Fault> {
        serde_json::from_str(text).map_err(|error| {
            Fault::new("lint.baseline", "the baseline file cannot be read")
                .help("write it anew with `lockkeeper lint --write-baseline FILE`")
                .cause(error)
        })
    }

    /// The text of a baseline file.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

/// What is left of a baseline while findings are taken off it.
#[derive(Debug, Default)]
pub(crate) struct Remaining(BTreeMap<(String, String, Fingerprint), u32>);

impl Remaining {
    pub(crate) fn of(baseline: Option<&Baseline>) -> Self {
        let entries = baseline.into_iter().flat_map(|it| &it.findings);
        Self(entries.map(|it| ((it.file.clone(), it.rule.clone(), it.statement.clone()), it.count)).collect())
    }

    /// Whether a finding was there before.
    pub(crate) fn takes(&mut self, key: &BaselineEntry) -> bool {
        let known = self.0.get_mut(&(key.file.clone(), key.rule.clone(), key.statement.clone()));
        match known {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}

/// The fingerprint of a statement's wording: changes of layout do not count.
pub(crate) fn wording(sql: &str) -> Fingerprint {
    let words: Vec<&str> = sql.split_ascii_whitespace().collect();
    Fingerprint::of_bytes(words.join(" ").as_bytes())
}
