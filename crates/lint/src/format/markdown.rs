//! Markdown for a comment on a pull request.

use facts::report::Report;
use model::Finding;

use super::counted;

/// A table of findings, then what to do about each.
pub fn markdown(report: &Report) -> String {
    let statements = counted(report.statements.len(), "statement");
    if report.findings.is_empty() {
        return format!("**Lockkeeper**: {statements}, nothing found.\n");
    }
    let found = counted(report.findings.len(), "finding");
    let mut out =
        format!("**Lockkeeper**: {statements}, {found}.\n\n| | Where | Rule | What |\n|---|---|---|---|\n");
    for finding in &report.findings {
        out.push_str(&row(finding));
    }
    for finding in &report.findings {
        out.push_str(&details(finding));
    }
    out
}

fn row(finding: &Finding) -> String {
    format!(
        "| {} | `{}:{}` | {} | {} |\n",
        finding.category,
        cell(&finding.file),
        finding.line,
        finding.rule,
        cell(&finding.message)
    )
}

/// What would end a cell, or begin something else, is escaped.
fn cell(text: &str) -> String {
    text.replace('\\', "\\\\").replace('|', "\\|").replace(['\n', '\r'], " ").replace('<', "&lt;")
}

fn details(finding: &Finding) -> String {
    let (first, rest) = finding.help.split_once('\n').unwrap_or((&finding.help, ""));
    let place = format!("{}:{}", cell(&finding.file), finding.line);
    let mut out = format!("\n<details><summary>{} at {place}</summary>\n\n{}\n", finding.rule, cell(first));
    if !rest.is_empty() {
        out.push_str(&format!("\n```sql\n{rest}\n```\n"));
    }
    out.push_str("\n</details>\n");
    out
}
