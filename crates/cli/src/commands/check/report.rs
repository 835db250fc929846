//! The answer as findings, for code scanning and pull requests.

use std::collections::BTreeSet;

use facts::report::Report;
use model::{Assessment, Category, Finding};
use read::Source;

/// Every change that is not safe, and what rules found, at the source of the wanted schema.
pub(super) fn report(assessment: &Assessment, to: &Source) -> Report {
    let place = |finding: &Finding| match finding.file.as_str() {
        "" => Finding { file: to.to_string(), line: 1, column: 1, ..finding.clone() },
        _ => finding.clone(),
    };
    let mut findings = Vec::new();
    for change in &assessment.changes {
        if change.category > Category::Safe {
            findings.push(place(&Finding {
                file: String::new(),
                line: 0,
                column: 0,
                rule: change.operation.name().to_lowercase().replace('_', "-"),
                category: change.category,
                message: format!(
                    "{} {}: {}, risk {} ({:.0})",
                    change.operation, change.object, change.category, change.risk.level, change.risk.score
                ),
                help: "lockkeeper plan makes the same change without downtime".to_owned(),
            }));
        }
        findings.extend(change.findings.iter().map(place));
    }
    let said: BTreeSet<String> = findings.iter().map(|finding: &Finding| finding.rule.clone()).collect();
    for flag in assessment.red_flags.iter().filter(|flag| !said.contains(&flag.rule)) {
        findings.push(place(&Finding {
            file: String::new(),
            line: 0,
            column: 0,
            rule: flag.rule.clone(),
            category: Category::Risky,
            message: format!("{}: {}", flag.object, flag.message),
            help: flag.help.clone(),
        }));
    }
    Report { statements: Vec::new(), findings }
}
