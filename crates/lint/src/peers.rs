//! Which rule of ours finds what another linter finds.
//!
//! `data/peers.toml` names every rule of the linters as their own documentation lists them, with ours, or with
//! the reason why there is none.

use std::collections::BTreeMap;

use serde::Deserialize;

const TABLE: &str = include_str!("../data/peers.toml");

/// A linter with its rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Peer {
    name: String,
    /// The version or the state of its documentation.
    version: String,
    /// Its rules that ours find: by our rules' names, separated by blanks.
    found: BTreeMap<String, String>,
    /// Its rules that have none here, with the reason.
    #[serde(default)]
    left_out: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    peer: Vec<Peer>,
}

fn table() -> Vec<Peer> {
    // The table is part of the program, and a test reads it.
    toml::from_str::<Table>(TABLE).map(|table| table.peer).unwrap_or_default()
}

/// The page that holds our rules beside those of other linters.
pub fn peer_page() -> String {
    let mut page = "# Rules beside those of other linters\n\nMade from `crates/lint/data/peers.toml` by `cargo run -p lint \
        --example rule_pages`. Each linter's rules as its own documentation lists them; where one of ours is advice, \
        it is off unless asked for.\n"
        .to_owned();
    for peer in table() {
        page.push_str(&format!("\n## {} ({})\n\n| theirs | ours |\n|---|---|\n", peer.name, peer.version));
        for (theirs, ours) in &peer.found {
            let links: Vec<String> =
                ours.split(' ').map(|name| format!("[{name}](rules/{name}.md)")).collect();
            page.push_str(&format!("| {theirs} | {} |\n", links.join(", ")));
        }
        for (theirs, reason) in &peer.left_out {
            page.push_str(&format!("| {theirs} | none: {reason} |\n"));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_rules_that_exist() {
        let peers = table();
        assert!(peers.len() >= 10, "only {}", peers.len());
        for peer in peers {
            for (theirs, ours) in &peer.found {
                let unknown = ours.split(' ').find(|name| crate::rules::rule(name).is_none());
                assert_eq!(unknown, None, "{}: {theirs}", peer.name);
            }
            assert!(peer.left_out.values().all(|reason| reason.len() > 15), "{}", peer.name);
        }
    }
}
