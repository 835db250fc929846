//! Workflow commands that GitHub shows beside the lines of a pull request.

use facts::report::Report;
use model::{Category, Finding};

/// A command for each finding, one a line.
pub fn github(report: &Report) -> String {
    report.findings.iter().map(command).collect()
}

fn command(finding: &Finding) -> String {
    let level = match finding.category {
        Category::Safe => "notice",
        Category::Risky => "warning",
        Category::Dangerous => "error",
    };
    format!(
        "::{level} file={},line={},col={},title={}::{}\n",
        property(&finding.file),
        finding.line,
        finding.column,
        property(&finding.rule),
        message(&format!("{}\n{}", finding.message, finding.help))
    )
}

/// The escapes of a message, as the runner undoes them.
fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The escapes of a property: a message's, and what separates properties.
fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_ends_the_command() {
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
        assert_eq!(message("50%\r\nmore: a, b"), "50%25%0D%0Amore: a, b");
    }
}
