//! What a plan's folder says of its rehearsal and of its approval.
//!
//! `rehearsal.json` is written by `rehearse`, `APPROVED.toml` (or `APPROVED.json`) by a person. Both name
//! the plan's hash: a plan that was made anew has neither.

use std::path::{Path, PathBuf};

use jiff::{Timestamp, civil};
use model::{Fault, Fingerprint};
use rehearse::Rehearsal;
use serde::{Deserialize, Serialize};

const REHEARSAL: &str = "rehearsal.json";
const APPROVALS: [&str; 2] = ["APPROVED.toml", "APPROVED.json"];

/// `rehearsal.json`: the rehearsal with its own hash.
#[derive(Serialize, Deserialize)]
struct Document {
    hash: Fingerprint,
    evidence: Evidence,
}

/// What a rehearsal led to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whether everything was as it should be.
    pub passed: bool,
    /// How much that is worth, 0 to 100.
    pub confidence: f64,
    /// All of it.
    pub rehearsal: Rehearsal,
}

/// Leaves the evidence of a rehearsal in the folder of its plan, in place of an earlier one.
///
/// # Errors
/// `plan.folder` when it cannot be written.
pub fn write(folder: &Path, rehearsal: &Rehearsal, confidence: f64) -> Result<(), Fault> {
    let evidence = Evidence { passed: rehearsal.passed(), confidence, rehearsal: rehearsal.clone() };
    let document = Document { hash: Fingerprint::of(&evidence), evidence };
    let path = home(folder).join(REHEARSAL);
    // Plain data with string keys always serialises.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default() + "\n";
    std::fs::write(&path, text).map_err(|error| {
        Fault::new("plan.folder", "the rehearsal's evidence could not be written")
            .at(path.display().to_string())
            .cause(error)
    })
}

/// Removes the evidence of an earlier plan's rehearsal. A person's approval is left to that person; it names
/// another hash.
///
/// # Errors
/// `plan.folder` when it is there and cannot be removed.
pub fn forget(folder: &Path) -> Result<(), Fault> {
    let path = home(folder).join(REHEARSAL);
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let fault = Fault::new("plan.folder", "the earlier rehearsal's evidence could not be removed");
            Err(fault.at(path.display().to_string()).cause(error))
        }
        _ => Ok(()),
    }
}

/// The folder of a plan that is named by its folder or its file.
fn home(plan: &Path) -> PathBuf {
    if plan.is_dir() { plan.to_owned() } else { plan.parent().map_or_else(PathBuf::new, Path::to_owned) }
}

/// The passed rehearsal of exactly this plan.
///
/// # Errors
/// The gate `plan.unrehearsed` where there is none: never rehearsed, rehearsed before it was made anew,
/// rehearsed with problems, or evidence that was edited.
pub fn rehearsed(folder: &Path, plan: &Fingerprint) -> Result<Evidence, Fault> {
    let evidence = rehearsal(folder, plan)?;
    if evidence.passed {
        return Ok(evidence);
    }
    let first = evidence.rehearsal.problems.first().map_or("it did not arrive", String::as_str);
    Err(unrehearsed(folder, format!("the rehearsal of the plan did not pass: {first}")))
}

fn unrehearsed(folder: &Path, what: String) -> Fault {
    let place = home(folder).join(REHEARSAL).display().to_string();
    Fault::gate("plan.unrehearsed", what).at(place).help(format!(
        "lockkeeper rehearse {}; or say why not with --unrehearsed REASON, which is recorded",
        folder.display()
    ))
}

/// The rehearsal of exactly this plan, passed or not.
///
/// # Errors
/// The gate `plan.unrehearsed` where there is none.
pub fn rehearsal(folder: &Path, plan: &Fingerprint) -> Result<Evidence, Fault> {
    let path = home(folder).join(REHEARSAL);
    let missing = |what: String| unrehearsed(folder, what);
    let Ok(text) = std::fs::read_to_string(&path) else {
        return Err(missing("the plan was not rehearsed".to_owned()));
    };
    let document: Document = serde_json::from_str(&text)
        .map_err(|_| missing("the rehearsal's evidence cannot be read".to_owned()))?;
    let evidence = document.evidence;
    if Fingerprint::of(&evidence) != document.hash {
        return Err(missing("the rehearsal's evidence was edited".to_owned()));
    }
    if evidence.rehearsal.plan != *plan {
        let other = evidence.rehearsal.plan.short().to_owned();
        return Err(missing(format!(
            "another plan was rehearsed ({other}) than this one ({})",
            plan.short()
        )));
    }
    Ok(evidence)
}

/// A person's approval.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApprovalFile {
    hash: String,
    name: String,
    date: Date,
}

/// A day or a moment; TOML has a type of its own for them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Date {
    Toml(toml::value::Datetime),
    Text(String),
}

/// An approval of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Approval {
    /// The hash that was approved.
    pub hash: Fingerprint,
    /// Who approved, as the file says; none for `--approve`.
    pub name: Option<String>,
    /// When, as the file says.
    pub date: Option<String>,
}

/// The approval in the plan's folder, if there is one.
///
/// # Errors
/// The gate `plan.approval` where it is one of another plan, has no name or no date, or cannot be read.
pub fn approval(folder: &Path, plan: &Fingerprint) -> Result<Option<Approval>, Fault> {
    let files = APPROVALS.map(|name| home(folder).join(name));
    let Some(path) = files.iter().find(|path| path.is_file()) else { return Ok(None) };
    let refuse = |what: &str| {
        Fault::gate("plan.approval", what).at(path.display().to_string()).help(format!(
            "it wants three lines: hash = \"{plan}\", name = \"who approves\", date = \"{}\"",
            today()
        ))
    };
    let text =
        std::fs::read_to_string(path).map_err(|error| refuse("the approval cannot be read").cause(error))?;
    let is_toml = path.extension().is_some_and(|ending| ending == "toml");
    let read: Result<ApprovalFile, String> = if is_toml {
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    } else {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    };
    let file = read.map_err(|error| refuse("the approval cannot be read").cause(error))?;
    if !names(plan, &file.hash) {
        return Err(refuse("the approval is of another plan")
            .help(format!("this plan's hash is {plan}: review it again, and approve it with that hash")));
    }
    if file.name.trim().is_empty() {
        return Err(refuse("the approval has no name"));
    }
    let date = match file.date {
        Date::Toml(date) => date.to_string(),
        Date::Text(text) => text,
    };
    match day(&date) {
        None => Err(refuse("the approval's date is none")),
        // A day ahead is another time zone's today.
        Some(day) if day > today().saturating_add(jiff::Span::new().days(1)) => {
            Err(refuse("the approval's date lies in the future"))
        }
        Some(_) => Ok(Some(Approval {
            hash: plan.clone(),
            name: Some(file.name.trim().to_owned()),
            date: Some(date),
        })),
    }
}

/// Whether a text names a hash: all of it, or its first twelve digits or more.
pub fn names(hash: &Fingerprint, text: &str) -> bool {
    text.len() >= hash.short().len() && hash.as_str().starts_with(text)
}

fn today() -> civil::Date {
    Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()
}

fn day(text: &str) -> Option<civil::Date> {
    text.get(..10)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approve(name: &str, text: &str) -> Result<Option<Approval>, &'static str> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(name), text).unwrap();
        approval(folder.path(), &plan()).map_err(|fault| fault.kind)
    }

    fn plan() -> Fingerprint {
        Fingerprint::of_bytes(b"plan")
    }

    #[test]
    fn an_approval_names_the_hash_a_person_and_a_day() {
        let hash = plan();
        let good = format!("hash = \"{hash}\"\nname = \"Ada\"\ndate = 2026-11-20\n");
        let approval = approve("APPROVED.toml", &good).unwrap().unwrap();
        assert_eq!((approval.name.as_deref(), approval.date.as_deref()), (Some("Ada"), Some("2026-11-20")));
        let short =
            format!(r#"{{"hash": "{}", "name": "Ada", "date": "2026-11-20T10:00:00Z"}}"#, hash.short());
        assert!(approve("APPROVED.json", &short).unwrap().is_some());
        assert_eq!(approve("notes.txt", "").unwrap(), None);
    }

    #[test]
    fn an_approval_that_says_less_is_none() {
        let hash = plan();
        for bad in [
            "hash = \"0123456789abcdef\"\nname = \"Ada\"\ndate = 2026-11-20".to_owned(),
            format!("hash = \"{}\"\nname = \"Ada\"\ndate = 2026-11-20", &hash.as_str()[..4]),
            format!("hash = \"{hash}\"\nname = \" \"\ndate = 2026-11-20"),
            format!("hash = \"{hash}\"\nname = \"Ada\""),
            format!("hash = \"{hash}\"\nname = \"Ada\"\ndate = \"soon\""),
            format!("hash = \"{hash}\"\nname = \"Ada\"\ndate = 2999-01-01"),
            "not toml".to_owned(),
        ] {
            assert_eq!(approve("APPROVED.toml", &bad), Err("plan.approval"), "{bad}");
        }
    }
}
