//! Which environment a database is, and the guard against a URL that reaches another one.
//!
//! Three things tell: the settings (by name, host, database or URL), the database itself (what the last run
//! told it, with its identity), and where nothing is said the place of the server: one on this machine is
//! local, any other is taken for production.

use apply::KnownEnvironment;
use connect::{Session, Target};
use model::Fault;
use serde::Serialize;

mod seen;

use crate::config::{Config, Environment, Kind};
use crate::context::Context;

/// What an environment is called that nobody configured, on this machine.
const LOCAL: &str = "local";

/// The same on any other machine.
const UNKNOWN: &str = "unknown";

/// A database with the environment it belongs to, and what that asks of a plan.
#[derive(Debug, Clone, Serialize)]
pub struct Place {
    /// How to reach it.
    #[serde(skip)]
    pub target: Target,
    /// The environment's name.
    pub environment: String,
    /// Its kind.
    pub kind: Kind,
    /// Whether a plan needs an approval.
    pub approval: bool,
    /// Whether a plan needs a rehearsal.
    pub rehearsal: bool,
    /// How that is known, for people.
    pub because: String,
    /// The database's identity; none where it may not be asked.
    pub identity: Option<String>,
}

impl Place {
    fn of(target: Target, name: &str, environment: &Environment, because: String) -> Self {
        let kind = environment.kind(name);
        let is_production = kind == Kind::Production;
        Self {
            target,
            environment: name.to_owned(),
            kind,
            approval: is_production || environment.approval.unwrap_or(false),
            rehearsal: is_production || environment.rehearsal.unwrap_or(false),
            because,
            identity: None,
        }
    }
}

/// The environment of this name in the settings.
///
/// # Errors
/// `config.environment` where there is none.
pub fn named<'a>(config: &'a Config, name: &str) -> Result<&'a Environment, Fault> {
    config.environments.get(name).ok_or_else(|| {
        let fault = Fault::new("config.environment", format!("there is no environment \"{name}\""));
        let known: Vec<&str> = config.environments.keys().map(String::as_str).collect();
        let nearest = known
            .iter()
            .max_by(|a, b| strsim::jaro_winkler(name, a).total_cmp(&strsim::jaro_winkler(name, b)));
        match nearest {
            Some(nearest) => {
                fault.help(format!("did you mean \"{nearest}\"? there are: {}", known.join(", ")))
            }
            None => fault.help(format!(
                "write it into lockkeeper.toml: [environments.{name}] url = \"env:DATABASE_URL\""
            )),
        }
    })
}

/// The database that is named, with its environment, and the guard: what the settings say, what the database
/// says of itself and where it stands have to agree.
///
/// # Errors
/// Those of connecting, and the gate `environment.mismatch`.
pub async fn place(context: &Context, flag: Option<&str>) -> Result<Place, Fault> {
    let target = context.database(flag)?;
    let session = connect::connect(&target, "lockkeeper").await?;
    let mut config = context.config.clone();
    seen::recall(&context.folder, &mut config);
    let found = look(&context.config, &config, context.env.as_deref(), target, &session).await;
    session.close().await;
    let place = found?;
    if config.environments.contains_key(&place.environment) {
        seen::keep(&context.folder, &place)?;
    }
    Ok(place)
}

/// `said` is what a person wrote, `config` the same with what was seen before.
async fn look(
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

/// What the settings say of a URL.
fn by_settings(config: &Config, env: Option<&str>, target: Target) -> Result<Place, Fault> {
    if let Some(name) = env {
        let environment = named(config, name)?;
        let is_limited = environment.host.is_some() || environment.database.is_some();
        if is_limited && !environment.holds(&target) {
            let what = format!("the URL is not one of environment {name}: its host or database is another");
            let help = format!("check the URL, and host and database under [environments.{name}]");
            return Err(Fault::gate("environment.mismatch", what).at(target.to_string()).help(help));
        }
        return Ok(Place::of(target, name, environment, "it was named".to_owned()));
    }
    let by_place = config.environments.iter().find(|(_, environment)| environment.holds(&target));
    let by_url =
        || config.environments.iter().find(|(name, environment)| is_url_of(name, environment, &target));
    if let Some((name, environment)) = by_place.or_else(by_url) {
        return Ok(Place::of(target, name, environment, "its URL says so".to_owned()));
    }
    Ok(unconfigured(target))
}

fn is_url_of(name: &str, environment: &Environment, target: &Target) -> bool {
    // An environment whose variable is not set here is not the one that is meant.
    let url = environment.resolved_url(name).ok().flatten();
    let other = url.and_then(|url| Target::parse(&url).ok());
    other.is_some_and(|other| other.server() == target.server() && other.database() == target.database())
}

/// A database that no setting speaks of.
fn unconfigured(target: Target) -> Place {
    if is_on_this_machine(&target) {
        let local = Environment { kind: Some(Kind::Local), ..Environment::default() };
        return Place::of(target, LOCAL, &local, "its server is on this machine".to_owned());
    }
    let production = Environment { kind: Some(Kind::Production), ..Environment::default() };
    let because = "its server is on another machine, and nothing says that it is not production".to_owned();
    Place::of(target, UNKNOWN, &production, because)
}

/// Whether every address of a target is a socket or a loopback address.
fn is_on_this_machine(target: &Target) -> bool {
    target.server().split(',').all(|server| {
        let host = server.rsplit_once(':').map_or(server, |(host, _)| host).trim_matches(['[', ']']);
        let is_loopback = host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
        host.starts_with('/') || host == "localhost" || is_loopback
    })
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

fn mismatch(what: String, place: &Place) -> Fault {
    let name = &place.environment;
    let fault = Fault::gate("environment.mismatch", what).at(place.target.to_string());
    match &place.identity {
        Some(identity) => fault.help(format!(
            "check the URL. If this database really is {name}, say so in lockkeeper.toml: identity = \"{identity}\" \
             under [environments.{name}]"
        )),
        None => fault.help("check the URL"),
    }
}

/// Tells the database which environment it is, once a run was made in it.
///
/// # Errors
/// Those of connecting and of [`apply::remember_environment`].
pub async fn remember(place: &Place) -> Result<(), Fault> {
    let Some(identity) = place.identity.clone() else { return Ok(()) };
    if [LOCAL, UNKNOWN].contains(&place.environment.as_str()) {
        return Ok(());
    }
    let session = connect::connect(&place.target, "lockkeeper").await?;
    let is_production = place.kind == Kind::Production;
    let known = KnownEnvironment { name: place.environment.clone(), is_production, identity };
    let told = apply::remember_environment(&session, &known).await;
    session.close().await;
    told
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
    fn what_nobody_configured_is_local_here_and_production_elsewhere() {
        for (url, kind) in [
            ("postgres://u@localhost/app", Kind::Local),
            ("postgres://u@127.0.0.1:5433/app", Kind::Local),
            ("postgres://u@[::1]/app", Kind::Local),
            ("postgres://u@/app?host=/var/run/postgresql", Kind::Local),
            ("postgres://u@localhost,db.example.com/app", Kind::Production),
            ("postgres://u@db.example.com/app", Kind::Production),
            ("postgres://u@localhost.example.com/app", Kind::Production),
        ] {
            let place = unconfigured(target(url));
            assert_eq!(place.kind, kind, "{url}");
            assert_eq!(
                (place.approval, place.rehearsal),
                (kind == Kind::Production, kind == Kind::Production)
            );
        }
    }

    #[test]
    fn a_url_finds_its_environment() {
        let config = config(
            "[environments.production]\nhost = \"db1\"\n[environments.staging]\nurl = \"postgres://u@db2/app\"\n
             [environments.qa]\nhost = \"db3\"\nkind = \"production\"",
        );
        let of = |url: &str| by_settings(&config, None, target(url)).unwrap();
        assert_eq!(
            (of("postgres://u@db1/x").environment.as_str(), of("postgres://u@db1/x").kind),
            ("production", Kind::Production)
        );
        assert_eq!(of("postgres://other@db2:5432/app").environment, "staging");
        assert_eq!(of("postgres://u@db2/other").environment, UNKNOWN);
        assert_eq!(of("postgres://u@db3/app").kind, Kind::Production);
        let fault = by_settings(&config, Some("production"), target("postgres://u@db2/app")).unwrap_err();
        assert_eq!(fault.kind, "environment.mismatch");
        assert!(named(&config, "productoin").unwrap_err().to_string().contains("\"production\""));
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
