//! Evaluates, and shows that nothing the sandbox had to answer reaches the answer.
//!
//! What is not known (a package that is not installed, a variable, the clock) is answered with something. To show
//! that the schema does not depend on it the project is evaluated once more with everything unknown answered
//! differently, and with every decision on such a value taken the other way; then with each such decision turned
//! alone. If all answers are equal, nothing unknown reaches the schema; if not, one source after another is varied
//! alone to say which does.

use std::collections::BTreeSet;

use model::Fault;
use serde_json::Value;

use crate::described::Refused;
use crate::difference;
use crate::modules::Sighting;
use crate::sandbox::{Evaluated, Evaluation, Failure, evaluate};
use crate::script;
use crate::thrown;

/// Evaluates until there is an answer that does not depend on anything unknown.
///
/// # Errors
/// The project's fault, or which unknown thing the answer depends on.
pub(crate) fn proved(evaluation: &Evaluation<'_>) -> Result<Evaluated, Fault> {
    let first = evaluated(evaluation)?;
    let doubts = doubts(&first);
    if doubts.is_empty() || first.answer.starts_with("{\"refused\"") {
        return Ok(first);
    }
    let all: Vec<&Doubt> = doubts.iter().collect();
    let second = varied(evaluation, &first, &all).map_err(|fault| unproved(&doubts, fault))?;
    if second.answer != first.answer {
        return Err(blame(evaluation, &first, &doubts));
    }
    if !second.met.is_empty() {
        turn_each(evaluation, &first)?;
    }
    Ok(first)
}

/// Takes each decision on an unknown value the other way, alone: two that are turned together may cancel out.
fn turn_each(evaluation: &Evaluation<'_>, first: &Evaluated) -> Result<(), Fault> {
    let turned = |site: &str| {
        let mut again = evaluation.clone();
        again.learned = first.learned.clone();
        again.decisions = true;
        again.setup.turn = Some(site.to_owned());
        evaluate(&again)
    };
    let plain = turned("").map_err(|failure| failure.fault)?;
    let mut sites: Vec<(String, String)> = Vec::new();
    for (site, source) in plain.met {
        if !sites.iter().any(|(known, _)| *known == site) {
            sites.push((site, source));
        }
    }
    for (site, source) in sites.iter().take(SITES_MAX) {
        if let (Ok(other), Some(doubt)) = (turned(site), Doubt::from_source(source))
            && other.answer != first.answer
        {
            return Err(depends(evaluation, first, &doubt, &differing_part(&first.answer, &other.answer)));
        }
    }
    Ok(())
}

/// Bounds the work of a reading: each decision costs one evaluation.
const SITES_MAX: usize = 64;

/// Each attempt learns of one module or name; projects need a handful.
const ATTEMPTS_MAX: usize = 64;

fn evaluated(evaluation: &Evaluation<'_>) -> Result<Evaluated, Fault> {
    let mut evaluation = evaluation.clone();
    for _ in 0..ATTEMPTS_MAX {
        match evaluate(&evaluation) {
            Ok(evaluated) => return Ok(evaluated),
            Err(Failure { learned: Some(learned), .. }) => evaluation.learned = learned,
            Err(Failure { fault, .. }) => return Err(fault),
        }
    }
    Err(Fault::new(
        "drizzle.engine",
        "gave up: each attempt to evaluate the project found another module that fails",
    ))
}

/// Something unknown that was answered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Doubt {
    Environment(String),
    Package(String),
    Clock,
    Random,
}

impl Doubt {
    /// The name the JavaScript side varies it by.
    fn source(&self) -> String {
        match self {
            Self::Environment(name) => ["environment:", name].concat(),
            Self::Package(name) => ["package:", name].concat(),
            Self::Clock => "clock".to_owned(),
            Self::Random => "random".to_owned(),
        }
    }

    fn from_source(source: &str) -> Option<Self> {
        match source.split_once(':')? {
            ("environment", name) => Some(Self::Environment(name.to_owned())),
            ("package", name) => Some(Self::Package(name.to_owned())),
            _ => None,
        }
    }

    fn of(seen: &Sighting) -> Option<Self> {
        match seen.kind.as_str() {
            "environment" => Some(Self::Environment(seen.name.clone())),
            "builtin" => Some(Self::Package(seen.name.clone())),
            "clock" => Some(Self::Clock),
            "random" => Some(Self::Random),
            _ => None,
        }
    }
}

fn doubts(evaluated: &Evaluated) -> Vec<Doubt> {
    let seen = evaluated.sightings.keys().filter_map(Doubt::of);
    let packages = evaluated.stand_ins.keys().map(|module| Doubt::Package(module.clone()));
    seen.chain(packages).collect::<BTreeSet<Doubt>>().into_iter().collect()
}

/// Evaluates with these doubts answered differently. A decision whose other side throws cannot lead to another
/// schema, only to none; it is left as it was.
fn varied(evaluation: &Evaluation<'_>, first: &Evaluated, doubts: &[&Doubt]) -> Result<Evaluated, Fault> {
    let mut again = evaluation.clone();
    again.learned = first.learned.clone();
    again.decisions = true;
    again.setup.vary = doubts.iter().map(|doubt| doubt.source()).collect();
    loop {
        match evaluate(&again) {
            Ok(evaluated) => return Ok(evaluated),
            Err(Failure { decided: Some(site), .. }) if again.setup.keep.len() < KEPT_MAX => {
                again.setup.keep.push(site)
            }
            Err(Failure { fault, .. }) => return Err(fault),
        }
    }
}

/// How many decisions may turn out to have no other side.
const KEPT_MAX: usize = 48;

fn blame(evaluation: &Evaluation<'_>, first: &Evaluated, doubts: &[Doubt]) -> Fault {
    for doubt in doubts {
        let second = varied(evaluation, first, &[doubt]);
        if let Ok(second) = second
            && second.answer != first.answer
        {
            return depends(evaluation, first, doubt, &differing_part(&first.answer, &second.answer));
        }
    }
    let names: Vec<String> = doubts.iter().map(Doubt::source).collect();
    Fault::new("drizzle.unproved", format!("the schema depends on a combination of {}", names.join(", ")))
        .help("give the values of the variables, and install the packages")
}

/// The part of the schema in which two answers differ.
fn differing_part(first: &str, second: &str) -> String {
    let parse = |answer: &str| serde_json::from_str::<Value>(answer).unwrap_or_default();
    let second = parse(second);
    if let Ok(refused) = serde_json::from_value::<Refused>(second["refused"].clone()) {
        return refused.whole();
    }
    difference::first(&parse(first), &second).unwrap_or_else(|| "the schema".to_owned())
}

fn depends(evaluation: &Evaluation<'_>, first: &Evaluated, doubt: &Doubt, part: &str) -> Fault {
    let fault = match doubt {
        Doubt::Environment(name) => {
            Fault::new("drizzle.environment", format!("{part} depends on the environment variable {name}"))
                .help(format!("say what {name} is, or take it out of the schema"))
        }
        Doubt::Package(module) => stand_in_fault(part, module),
        Doubt::Clock => Fault::new("drizzle.clock", format!("{part} depends on the time of day")).help(
            "a schema that changes with the clock is another one every time it is read; write the value out",
        ),
        Doubt::Random => Fault::new("drizzle.random", format!("{part} depends on random numbers")).help(
            "a schema that changes at random is another one every time it is read; write the value out",
        ),
    };
    match place(evaluation, first, doubt) {
        Some(place) => fault.at(place),
        None => fault,
    }
}

/// A part of the schema comes from a module that is not there.
pub(crate) fn stand_in_fault(part: &str, module: &str) -> Fault {
    if NETWORK.contains(&module) {
        return Fault::new("drizzle.stand_in", format!("{part} depends on what {module} answers"))
            .help("the sandbox has no network; write the value out, or take it from a file of the project");
    }
    if !is_package_name(module) {
        let what = format!("{part} depends on \"{module}\", which is no file of the project");
        return Fault::new("drizzle.stand_in", what)
            .help("check the path as it is written, and what `paths` in tsconfig.json makes of it");
    }
    let what =
        format!("{part} depends on \"{module}\", which is not installed or does not run outside of node");
    Fault::new("drizzle.stand_in", what)
        .help(format!("install \"{module}\", or take the value from a file of the project"))
}

/// What every program has and the sandbox has not.
const NETWORK: [&str; 4] = ["fetch", "Request", "Response", "WebSocket"];

/// Whether a registry could have a package of this name; `@/db` and `~/db` are paths that a tsconfig gives a meaning.
fn is_package_name(module: &str) -> bool {
    let first = module.strip_prefix('@').unwrap_or(module);
    first.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') && !module.contains("://")
}

/// Where the project asks for what is in doubt.
fn place(evaluation: &Evaluation<'_>, first: &Evaluated, doubt: &Doubt) -> Option<String> {
    if let Doubt::Package(module) = doubt
        && let Some(place) = import_place(evaluation, first, module)
    {
        return Some(place);
    }
    let (_, asked) = first.sightings.iter().find(|(seen, _)| Doubt::of(seen).as_ref() == Some(doubt))?;
    Some(thrown::original(asked.as_ref()?, &evaluation.files).to_string())
}

/// Where a module that was stood in for is imported.
pub(crate) fn import_place(evaluation: &Evaluation<'_>, first: &Evaluated, module: &str) -> Option<String> {
    let importer = first.stand_ins.get(module)?;
    let text = evaluation.files.read(importer).ok()?;
    let place = script::import_place(importer, &text, module.trim_start_matches("node:"));
    Some(place.map_or_else(|| importer.display().to_string(), |place| place.to_string()))
}

fn unproved(doubts: &[Doubt], fault: Fault) -> Fault {
    let names: Vec<String> = doubts.iter().map(Doubt::source).collect();
    let what = format!("cannot show that the schema does not depend on {}", names.join(", "));
    Fault::new("drizzle.unproved", what)
        .help("give the values of the variables, and install the packages; with other answers the project's code fails")
        .cause(fault)
}
