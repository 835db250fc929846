//! What the project's code threw, and what that means.

use std::path::PathBuf;

use model::Fault;

use crate::described::Origins;
use crate::files::Files;
use crate::modules::{Learned, Modules};
use crate::options::Options;
use crate::origin::Origin;
use crate::place::Place;
use crate::resolve::package_of;
use crate::sandbox::{COMMONJS_HEAD, Failure};
use crate::script;

/// An exception as the engine gave it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Thrown {
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) stack: String,
    /// The table, view or type that was being described.
    pub(crate) object: Option<String>,
    /// The names it is exported under.
    pub(crate) origins: Origins,
    /// The code waits for something that never comes.
    pub(crate) waits: bool,
}

/// A line of a stack: where the engine was, in the code it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame {
    file: PathBuf,
    line: u32,
    column: u32,
    /// Whether the file ran as an ECMAScript module.
    module: bool,
}

/// Says what is wrong with the project, and whether another try with something learned can do better.
pub(crate) fn judge(thrown: &Thrown, modules: &mut Modules, options: &Options) -> Failure {
    let learned = learned(thrown, modules);
    let fault = modules.fault.take().unwrap_or_else(|| fault(thrown, modules, options));
    Failure { fault, learned, decided: modules.decided.pop() }
}

fn learned(thrown: &Thrown, modules: &Modules) -> Option<Learned> {
    let mut learned = modules.learned.clone();
    let fresh =
        if let Some((name, module)) = between(&thrown.message, "Could not find export '", "' in module '") {
            learned.missing.entry(module).or_default().insert(name)
        } else if let Some((name, _)) = between(&thrown.message, "exported variable '", "' does not exist") {
            learned.undeclared.entry(module_names(&thrown.stack).next()?).or_default().insert(name)
        } else {
            let (package, why) = broken_package(thrown, modules)?;
            learned.broken.insert(package, why).is_none()
        };
    fresh.then_some(learned)
}

/// The two texts of `…{start}A{middle}B'…`.
fn between(message: &str, start: &str, middle: &str) -> Option<(String, String)> {
    let (first, rest) = message.split_once(start)?.1.split_once(middle)?;
    Some((first.to_owned(), rest.trim_end_matches('\'').to_owned()))
}

/// The package that failed while it loaded, if that is what happened.
fn broken_package(thrown: &Thrown, modules: &Modules) -> Option<(String, String)> {
    let stopped = ["interrupted", "out of memory"].contains(&thrown.message.as_str()) || thrown.waits;
    let file = match (&modules.broke, &modules.fault) {
        _ if stopped => return None,
        (Some((path, ..)), _) if modules.files.is_package(path) => path.clone(),
        (_, Some(_)) => modules.last.clone().filter(|path| modules.files.is_package(path))?,
        // The outermost frame is the module whose evaluation failed.
        _ => frames(&thrown.stack, modules).last().map(|frame| frame.file.clone())?,
    };
    let package = package_of(&file).filter(|_| modules.files.is_package(&file))?;
    (package != "drizzle-orm").then(|| (package, [thrown.name.as_str(), ": ", &thrown.message].concat()))
}

fn fault(thrown: &Thrown, modules: &Modules, options: &Options) -> Fault {
    let frames = frames(&thrown.stack, modules);
    let own = frames.iter().find(|frame| !modules.files.is_package(&frame.file));
    let own = own.map(|frame| original(frame, &modules.files));
    // Deep inside of a package nobody looks for what is wrong with a table.
    let declared = || Origin::new(&modules.scripts, &modules.files).place(&thrown.origins);
    let innermost = || frames.first().map(|frame| original(frame, &modules.files));
    let is_own = own.is_some();
    let place = own.or_else(declared).or_else(innermost);
    let file = place.as_ref().map(|place| place.file.clone()).or_else(|| modules.last.clone());
    let file = file.map_or_else(|| "the schema".to_owned(), |file| file.display().to_string());
    let fault = if thrown.waits {
        Fault::new("drizzle.waits", "the project's code waits for something that never comes").help(
            "the sandbox has no network and no other processes; move such code out of the schema's imports",
        )
    } else if thrown.message == "interrupted" {
        let what = format!("{file} still runs after {} ms", options.time_ms);
        Fault::new("drizzle.time", what).help("look for a loop that does not end where the place says")
    } else if thrown.message == "out of memory" {
        let what = format!("{file} takes more than {}", model::bytes_text(options.memory_bytes as f64));
        Fault::new("drizzle.memory", what)
            .help("look for a list that grows without end in what the schema imports")
    } else {
        threw(thrown, modules, place.as_ref().filter(|_| is_own))
    };
    match place {
        Some(place) => fault.at(place.to_string()),
        None => fault.at(file),
    }
}

/// What the project's code threw, at a place of its own where it is known.
fn threw(thrown: &Thrown, modules: &Modules, own: Option<&Place>) -> Fault {
    let name = if thrown.name.is_empty() { "Error" } else { &thrown.name };
    let about = thrown.object.as_ref().filter(|object| !object.is_empty() && own.is_none());
    let about = about.map_or_else(String::new, |object| format!(" (about {object})"));
    let called = own.filter(|_| thrown.message == "not a function").and_then(|place| word_at(place, modules));
    let called = called.map_or_else(String::new, |word| [&word, " is "].concat());
    let fault = Fault::new(
        "drizzle.threw",
        format!("the project's code throws {name}: {called}{}{about}", thrown.message.trim()),
    );
    match answered(modules) {
        Some(help) => fault.help(help),
        None => fault,
    }
}

/// The name that begins at a place: the engine does not say what it was that is no function.
fn word_at(place: &Place, modules: &Modules) -> Option<String> {
    let text = modules.files.read(&place.file).ok()?;
    let line = text.lines().nth(place.line.checked_sub(1)? as usize)?;
    let rest = line.chars().skip(place.column.checked_sub(1)? as usize);
    let word: String = rest.take_while(|c| c.is_alphanumeric() || ['_', '$'].contains(c)).collect();
    (!word.is_empty()).then_some(word)
}

/// What the sandbox answered in place of the real thing, which may be what the code stumbled over.
fn answered(modules: &Modules) -> Option<String> {
    let variables: Vec<&str> = modules
        .sightings
        .keys()
        .filter(|seen| seen.kind == "environment")
        .map(|seen| seen.name.as_str())
        .collect();
    let packages: Vec<&str> = modules.stand_ins.keys().map(String::as_str).collect();
    let mut parts = Vec::new();
    if !packages.is_empty() {
        parts.push(format!("not installed or not runnable here, and stood in for: {}", packages.join(", ")));
    }
    if !variables.is_empty() {
        parts.push(format!(
            "environment variables answered with placeholders: {}; give their values",
            variables.join(", ")
        ));
    }
    (!parts.is_empty()).then(|| parts.join(". "))
}

/// The innermost frame that is in the project's own code.
pub(crate) fn own_frame(stack: &str, modules: &Modules) -> Option<Frame> {
    frames(stack, modules).into_iter().find(|frame| !modules.files.is_package(&frame.file))
}

/// Where a frame stands in the source as it was written.
pub(crate) fn original(frame: &Frame, files: &Files) -> Place {
    let as_run = Place { file: frame.file.clone(), line: frame.line, column: frame.column };
    if files.is_package(&frame.file) {
        return as_run;
    }
    let Ok(text) = files.read(&frame.file) else { return as_run };
    let head = if !frame.module && frame.line == 1 { COMMONJS_HEAD.len() as u32 } else { 0 };
    script::original_place(&frame.file, &text, frame.line, frame.column.saturating_sub(head))
        .unwrap_or(as_run)
}

/// The frames of a stack that are files.
fn frames(stack: &str, modules: &Modules) -> Vec<Frame> {
    let found = stack.lines().filter_map(frame).filter_map(|(name, line, column)| {
        let file = modules.path(name)?.to_owned();
        Some(Frame { module: modules.scripts.contains_key(&file), file, line, column })
    });
    found.collect()
}

fn module_names(stack: &str) -> impl Iterator<Item = String> {
    stack.lines().filter_map(frame).map(|(name, ..)| name.to_owned())
}

/// Module, line and column of a line such as `    at name (12/file.ts:3:14)`.
fn frame(line: &str) -> Option<(&str, u32, u32)> {
    let text = line.trim().strip_prefix("at ")?;
    let numbered = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
    let place = if numbered(text) { text } else { text.split_once(" (").map_or(text, |(_, place)| place) };
    let (rest, column) = place.trim_end_matches(')').rsplit_once(':')?;
    let (name, line) = rest.rsplit_once(':')?;
    Some((name, line.parse().ok()?, column.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_stacks() {
        let stack =
            "    at f (0/b (c).ts:3:14)\n    at <anonymous> (1/d.ts:1:2)\n    at native\n    at 2/e.ts:9:1\n";
        let found: Vec<(&str, u32, u32)> = stack.lines().filter_map(frame).collect();
        assert_eq!(found, [("0/b (c).ts", 3, 14), ("1/d.ts", 1, 2), ("2/e.ts", 9, 1)]);
    }

    #[test]
    fn understands_missing_exports() {
        let found = between(
            "Could not find export 'a' in module '/x.ts'",
            "Could not find export '",
            "' in module '",
        );
        assert_eq!(found, Some(("a".into(), "/x.ts".into())));
    }
}
