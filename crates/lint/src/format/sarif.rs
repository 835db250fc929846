//! SARIF 2.1.0, which code hosts read.

use std::collections::BTreeSet;

use facts::report::Report;
use model::{Category, Finding};
use serde_json::{Value, json};

use crate::rules;

/// The report as a SARIF log with one run.
pub fn sarif(report: &Report) -> String {
    let used: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let names: Vec<&str> = used.into_iter().collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "lockkeeper",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": names.iter().filter_map(|name| descriptor(name)).collect::<Vec<Value>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": report.findings.iter().map(result).collect::<Vec<Value>>(),
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn descriptor(name: &str) -> Option<Value> {
    let rule = rules::rule(name)?;
    Some(json!({
        "id": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.instead, "markdown": rule.instead},
        "defaultConfiguration": {"level": level(rule.category)},
    }))
}

fn result(finding: &Finding) -> Value {
    json!({
        "ruleId": finding.rule,
        "level": level(finding.category),
        "message": {"text": format!("{}\n{}", finding.message, finding.help)},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&finding.file)},
            "region": {"startLine": finding.line.max(1), "startColumn": finding.column.max(1)},
        }}],
    })
}

fn level(category: Category) -> &'static str {
    match category {
        Category::Safe => "note",
        Category::Risky => "warning",
        Category::Dangerous => "error",
    }
}

/// A path as a relative reference: what a URI does not allow is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte))
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
