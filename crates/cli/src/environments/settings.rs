//! Which environment a URL is, by the settings and by the place of its server.

use connect::Target;
use model::Fault;

use super::{LOCAL, MISMATCH, Place, UNKNOWN, named};
use crate::config::{Config, Environment, Kind};

/// What the settings say of a URL.
pub(super) fn by_settings(config: &Config, env: Option<&str>, target: Target) -> Result<Place, Fault> {
    if let Some(name) = env {
        let environment = named(config, name)?;
        let is_limited = environment.host.is_some() || environment.database.is_some();
        if is_limited && !environment.holds(&target) {
            let what = format!("the URL is not one of environment {name}: its host or database is another");
            let help = format!("check the URL, and host and database under [environments.{name}]");
            return Err(Fault::gate(MISMATCH, what).at(target.to_string()).help(help));
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

pub(super) fn is_url_of(name: &str, environment: &Environment, target: &Target) -> bool {
    // An environment whose variable is not set here is not the one that is meant.
    let url = environment.resolved_url(name).ok().flatten();
    let other = url.and_then(|url| Target::parse(&url).ok());
    other.is_some_and(|other| other.server() == target.server() && other.database() == target.database())
}

/// A database that no setting speaks of.
pub(super) fn unconfigured(target: Target) -> Place {
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
}
