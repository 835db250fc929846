//! The drizzle-orm that the project has installed.

use std::path::Path;
use std::sync::Arc;

use model::Fault;

use crate::files::Files;
use crate::resolve::{Asks, Resolver, Target};

/// The project's drizzle-orm.
#[derive(Debug, Clone)]
pub(crate) struct Installed {
    /// Its version, for instance `0.45.4`.
    pub(crate) version: String,
    /// Whether it is 1.0 or newer, pre-releases included.
    pub(crate) recent: bool,
}

/// Finds the drizzle-orm that a schema file would import.
///
/// # Errors
/// When there is none; the fault says how to install it.
pub(crate) fn find(files: &Arc<Files>, schema: &Path) -> Result<Installed, Fault> {
    let found = Resolver::new(Arc::clone(files)).resolve(schema, "drizzle-orm", Asks::Import)?;
    let Target::File(entry) = found else { return Err(absent(files, schema)) };
    let manifest = entry.ancestors().skip(1).find_map(|folder| {
        let text = files.read(&folder.join("package.json")).ok()?;
        let json: serde_json::Value = serde_json::from_str(&text).ok()?;
        (json["name"] == "drizzle-orm").then(|| json["version"].as_str().unwrap_or_default().to_owned())
    });
    let version = manifest.unwrap_or_default();
    let major: u32 = version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or(0);
    Ok(Installed { version, recent: major >= 1 })
}

fn absent(files: &Files, schema: &Path) -> Fault {
    let folder = schema
        .ancestors()
        .skip(1)
        .find(|folder| folder.join("package.json").is_file())
        .unwrap_or(files.root());
    let managers = [
        ("pnpm-lock.yaml", "pnpm install"),
        ("yarn.lock", "yarn install"),
        ("bun.lock", "bun install"),
        ("bun.lockb", "bun install"),
        ("package-lock.json", "npm ci"),
    ];
    let locked = folder.ancestors().take_while(|above| above.starts_with(files.root()));
    let install =
        locked.flat_map(|folder| managers.iter().filter(|(lock, _)| folder.join(lock).is_file())).next();
    let install = install.map_or("npm install", |(_, command)| command);
    let manifest = std::fs::read_to_string(folder.join("package.json")).unwrap_or_default();
    let help = if manifest.contains("\"drizzle-orm\"") {
        format!("run `{install}` in {}", folder.display())
    } else {
        format!("run `npm install drizzle-orm` (or your package manager's like) in {}", folder.display())
    };
    Fault::new(
        "drizzle.not_installed",
        format!("drizzle-orm is not installed where {} would find it", schema.display()),
    )
    .at(folder.display().to_string())
    .help(help)
}
