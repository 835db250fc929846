//! Which database each environment turned out to be, kept in the project's folder: `.lockkeeper/environments.toml`.
//! So a URL that reaches another environment is found out before anything was ever applied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use model::Fault;

use super::Place;
use crate::config::Config;

fn file(folder: &Path) -> PathBuf {
    folder.join(".lockkeeper").join("environments.toml")
}

/// Identities by environment; a file that cannot be read says nothing.
fn read(folder: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(file(folder)).unwrap_or_default();
    toml::from_str(&text).unwrap_or_default()
}

/// Adds what was seen to environments whose settings say nothing of an identity.
pub(super) fn recall(folder: &Path, config: &mut Config) {
    for (name, identity) in read(folder) {
        if let Some(environment) = config.environments.get_mut(&name) {
            environment.identity.get_or_insert(identity);
        }
    }
}

/// Keeps the identity of a place, where it is new.
pub(super) fn keep(folder: &Path, place: &Place) -> Result<(), Fault> {
    let Some(identity) = &place.identity else { return Ok(()) };
    let mut seen = read(folder);
    if seen.get(&place.environment) == Some(identity) {
        return Ok(());
    }
    seen.insert(place.environment.clone(), identity.clone());
    let path = file(folder);
    let lines = seen.iter().map(|(name, identity)| {
        format!("{} = {}\n", toml::Value::from(name.as_str()), toml::Value::from(identity.as_str()))
    });
    let text =
        format!("# Which database each environment was, by lockkeeper.\n{}", lines.collect::<String>());
    let written =
        path.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&path, text));
    written.map_err(|error| {
        Fault::new("config.environment", "what was seen of the environment could not be kept")
            .at(path.display().to_string())
            .cause(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Kind};

    #[test]
    fn what_was_seen_is_recalled_and_settings_win() {
        let folder = tempfile::tempdir().unwrap();
        let target = connect::Target::parse("postgres://u@db1/app").unwrap();
        let environment = Environment { kind: Some(Kind::Staging), ..Environment::default() };
        let mut place = Place::of(target, "my \"qa\"", &environment, String::new());
        place.identity = Some("1/5".to_owned());
        keep(folder.path(), &place).unwrap();
        let mut config = Config::default();
        config.environments.insert("my \"qa\"".to_owned(), environment.clone());
        recall(folder.path(), &mut config);
        assert_eq!(config.environments["my \"qa\""].identity.as_deref(), Some("1/5"));
        let own = Environment { identity: Some("2/9".to_owned()), ..environment };
        config.environments.insert("my \"qa\"".to_owned(), own);
        recall(folder.path(), &mut config);
        assert_eq!(config.environments["my \"qa\""].identity.as_deref(), Some("2/9"));
    }
}
