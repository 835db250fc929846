//! The documentation pages say what the rules say.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn pages_are_those_that_the_rules_make() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/rules");
    let again = "write them anew: cargo run -p lint --example rule_pages";
    let page = |name: &str| fs::read_to_string(folder.join(name)).unwrap_or_default();
    for rule in lint::rules() {
        assert!(page(&format!("{}.md", rule.name)) == lint::documentation(rule), "{}: {again}", rule.name);
    }
    assert!(page("README.md") == lint::index_page(), "README.md: {again}");
    assert!(page("../runners.md") == lint::runner_page(), "runners.md: {again}");
    assert!(page("../linters.md") == lint::peer_page(), "linters.md: {again}");
    let wanted: BTreeSet<String> = lint::rules().iter().map(|rule| format!("{}.md", rule.name)).collect();
    for entry in fs::read_dir(&folder).expect("the folder is there") {
        let name = entry.expect("it can be read").file_name().to_string_lossy().into_owned();
        assert!(wanted.contains(&name) || name == "README.md", "{name} belongs to no rule");
    }
}
