//! The schema files as they were committed last: what is dropped now is still in them.

use std::path::Path;
use std::process::Command;

/// More files than this are not looked at.
const FILES_MAX: usize = 40;

/// Scripts of the last commit that hold one of these texts; none where there is no repository.
pub(crate) fn scripts(folder: &Path, texts: &[String]) -> Vec<(String, String)> {
    if texts.is_empty() {
        return Vec::new();
    }
    let mut search = vec!["grep", "-l", "-z", "-F"];
    for text in texts {
        search.extend(["-e", text]);
    }
    search.extend(["HEAD", "--", "*.ts", "*.mts", "*.cts", "*.tsx", "*.js", "*.mjs", "*.cjs"]);
    let Some(list) = git(folder, &search) else { return Vec::new() };
    let names = list.split('\0').filter(|name| !name.is_empty()).take(FILES_MAX);
    names
        .filter_map(|name| {
            let path = name.strip_prefix("HEAD:")?;
            let text = git(folder, &["show", &["HEAD:./", path].concat()])?;
            Some((path.to_owned(), text))
        })
        .collect()
}

fn git(folder: &Path, args: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().ok()?;
    if !output.status.success() {
        return None;
    }
    String::from_utf8(output.stdout).ok()
}
