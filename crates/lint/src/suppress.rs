//! Comments that say a finding is accepted: `-- lockkeeper: allow RULE because REASON`.

use std::collections::BTreeMap;

use parse::{Script, Span, Statement};

use crate::rule::Hit;
use crate::rules;

/// One comment.
#[derive(Debug)]
struct Suppression {
    span: Span,
    line: u32,
    /// The line of the first token after it.
    next: u32,
    rules: Vec<String>,
    reason: bool,
    whole_file: bool,
}

/// The comments of a file.
#[derive(Debug, Default)]
pub(crate) struct Suppressions {
    all: Vec<Suppression>,
    /// Places in `all`, by the lines they are about.
    by_line: BTreeMap<u32, Vec<usize>>,
    whole_file: Vec<usize>,
}

impl Suppressions {
    pub(crate) fn of(script: &Script<'_>) -> Self {
        let marked = script.comments.iter().filter(|span| span.of(script.text).contains("lockkeeper:"));
        let all: Vec<Suppression> = marked.filter_map(|span| read(script, *span)).collect();
        let mut found = Self::default();
        for (at, it) in all.iter().enumerate() {
            if it.whole_file {
                found.whole_file.push(at);
            }
            for line in [it.line, it.next] {
                found.by_line.entry(line).or_default().push(at);
            }
        }
        Self { all, ..found }
    }

    /// Whether a finding at this line, of this statement, is accepted.
    pub(crate) fn covers(&self, rule: &str, line: u32, statement: Option<&Statement<'_>>) -> bool {
        if self.all.is_empty() {
            return false;
        }
        let first = statement.map_or(line, |statement| statement.position.line);
        let near = self.by_line.range(first.min(line)..=first.max(line)).flat_map(|(_, places)| places);
        let mut places = near.chain(&self.whole_file).map(|at| &self.all[*at]);
        places.any(|it| it.rules.iter().any(|name| name == rule || name == "all"))
    }

    /// What is wrong with the comments themselves.
    pub(crate) fn bad(&self, script: &Script<'_>) -> Vec<Hit> {
        let mut hits = Vec::new();
        for it in &self.all {
            let unknown = it.rules.iter().find(|name| *name != "all" && rules::rule(name).is_none());
            if let Some(name) = unknown {
                let help = match rules::nearest(name) {
                    Some(near) => format!("did you mean {near}?"),
                    None => "`lockkeeper lint --rules` lists the rules".to_owned(),
                };
                hits.push(Hit::new(it.span, format!("there is no rule {name} to allow"), help));
            } else if !it.reason {
                let text = it.span.of(script.text).trim_end();
                let help = format!("say why the reader may trust it: {text} because …");
                hits.push(Hit::new(it.span, "a finding is allowed without a reason", help));
            }
        }
        hits
    }
}

fn read(script: &Script<'_>, span: Span) -> Option<Suppression> {
    let text = span.of(script.text);
    let after = text.split_once("lockkeeper:")?.1.trim_end_matches("*/").trim();
    let (rest, whole_file) = match after.strip_prefix("allow-file") {
        Some(rest) => (rest, true),
        None => (after.strip_prefix("allow")?, false),
    };
    let (names, reason) = match rest.split_once(" because") {
        Some((names, reason)) => (names, reason.trim().len() > 2),
        None => (rest, false),
    };
    let rules: Vec<String> =
        names.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
    let line = script.position(span.start).line;
    let next = script.statements.partition_point(|statement| statement.span.start < span.end);
    let next = script.statements.get(next).map_or(u32::MAX, |statement| statement.position.line);
    // A comment at the end of a line is about that line's statement, not about the next one.
    let own_line = script.lines.text(script.text, line).trim_start().starts_with(['-', '/']);
    let next = if own_line { next } else { u32::MAX };
    Some(Suppression { span, line, next, rules, reason, whole_file })
}
