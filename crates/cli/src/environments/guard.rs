//! The guard against a mistaken URL: what the settings say, what the database says of itself and where it stands
//! have to agree.

use apply::KnownEnvironment;
use connect::{Session, Target};
use model::Fault;

use super::settings::{by_settings, is_url_of};
use super::{LOCAL, MISMATCH, Place, UNKNOWN};
use crate::config::{Config, Environment, Kind};

/// `said` is what a person wrote, `config` the same with what was seen before.
pub(super) async fn look(
    said: &Config,
    config: &Config,
    env: Option<&str>,
    target: Target,
    session: &Session,
) -> Result<Place, Fault> {
    let identity = apply::identity(session).await?;
    let known = apply::environment_of(session).await?;
    // What a copy was told is about the original.
    let known = known.filter(|known| identity.as_ref() == Some(&known.identity));
    let mut place = by_settings(config, env, target)?;
    place.identity = identity;
    by_url(config, &place)?;
    by_identity(config, &mut place)?;
    let own = said.environments.get(&place.environment).and_then(|environment| environment.identity.as_ref());
    // What a person wrote counts more than what a database was told.
    let is_said = own.is_some() && own == place.identity.as_ref();
    if let Some(known) = known.filter(|_| !is_said) {
        by_itself(config, &mut place, &known)?;
    }
    Ok(place)
}

/// Whether a configured environment's URL is that of another one as well.
fn by_url(config: &Config, place: &Place) -> Result<(), Fault> {
    if !config.environments.contains_key(&place.environment) {
        return Ok(());
    }
    let others = config.environments.iter().filter(|(name, _)| **name != place.environment);
    match others.into_iter().find(|(name, environment)| is_url_of(name, environment, &place.target)) {
        Some((name, _)) => {
            let what = format!("the URL of {} is that of {name} as well", place.environment);
            Err(mismatch(what, place))
        }
        None => Ok(()),
    }
}

/// What the settings say of identities.
fn by_identity(config: &Config, place: &mut Place) -> Result<(), Fault> {
    let Some(identity) = place.identity.clone() else { return Ok(()) };
    let own =
        config.environments.get(&place.environment).and_then(|environment| environment.identity.as_ref());
    if own.is_some_and(|own| *own != identity) {
        let what =
            format!("the database has identity {identity}, which is not that of {}", place.environment);
        return Err(mismatch(what, place));
    }
    let other = config.environments.iter().find(|(name, environment)| {
        **name != place.environment && environment.identity.as_ref() == Some(&identity)
    });
    match other {
        Some((name, environment)) => agree(config, place, name, environment.kind(name)),
        None => Ok(()),
    }
}

/// What the database was told.
fn by_itself(config: &Config, place: &mut Place, known: &KnownEnvironment) -> Result<(), Fault> {
    if known.name == place.environment {
        return Ok(());
    }
    let kind = match config.environments.get(&known.name) {
        Some(environment) => environment.kind(&known.name),
        None if known.is_production => Kind::Production,
        None => Kind::Staging,
    };
    agree(config, place, &known.name, kind)
}

/// A database says that it is another environment than its URL is taken for. One that nobody configured
/// becomes what it says; a configured one is a mistaken URL.
fn agree(config: &Config, place: &mut Place, name: &str, kind: Kind) -> Result<(), Fault> {
    if config.environments.contains_key(&place.environment) {
        let what = format!("the URL of {} reaches the database of {name}", place.environment);
        return Err(mismatch(what, place));
    }
    if name == LOCAL || name == UNKNOWN {
        return Ok(());
    }
    let environment = config.environments.get(name).cloned();
    let environment = environment.unwrap_or(Environment { kind: Some(kind), ..Environment::default() });
    let because = "the database says so".to_owned();
    let identity = place.identity.take();
    *place = Place { identity, ..Place::of(place.target.clone(), name, &environment, because) };
    Ok(())
}

pub(super) fn mismatch(what: String, place: &Place) -> Fault {
    let name = &place.environment;
    let fault = Fault::gate(MISMATCH, what).at(place.target.to_string());
    match &place.identity {
        Some(identity) => fault.help(format!(
            "check the URL. If this database really is {name}, say so in lockkeeper.toml: identity = \"{identity}\" \
             under [environments.{name}]"
        )),
        None => fault.help("check the URL"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(text: &str) -> Config {
        toml::from_str(text).unwrap()
    }

    fn target(url: &str) -> Target {
        Target::parse(url).unwrap()
    }

    #[test]
    fn a_staging_url_that_reaches_production_is_refused() {
        let config = config(
            "[environments.production]\nidentity = \"1/5\"\nhost = \"db1\"\n[environments.staging]\nhost = \"db2\"\n",
        );
        let place = |url: &str, identity: &str| {
            let mut place = by_settings(&config, None, target(url)).unwrap();
            place.identity = Some(identity.to_owned());
            by_identity(&config, &mut place).map(|()| place).map_err(|fault| fault.kind)
        };
        assert_eq!(place("postgres://u@db2/app", "1/5").unwrap_err(), "environment.mismatch");
        assert_eq!(place("postgres://u@db1/app", "1/6").unwrap_err(), "environment.mismatch");
        assert_eq!(place("postgres://u@db1/app", "1/5").unwrap().environment, "production");
        // A tunnel to production is production.
        let tunnel = place("postgres://u@localhost/app", "1/5").unwrap();
        assert_eq!((tunnel.environment.as_str(), tunnel.approval), ("production", true));
        let known =
            KnownEnvironment { name: "production".into(), is_production: true, identity: "1/7".into() };
        let mut staging = place("postgres://u@db2/app", "1/7").unwrap();
        assert_eq!(by_itself(&config, &mut staging, &known).unwrap_err().kind, "environment.mismatch");
        let mut tunnel = place("postgres://u@localhost/app", "1/7").unwrap();
        by_itself(&config, &mut tunnel, &known).unwrap();
        assert_eq!(tunnel.kind, Kind::Production);
    }
}
