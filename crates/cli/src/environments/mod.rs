//! Which environment a database is, and the guard against a URL that reaches another one.
//!
//! Three things tell: the settings (by name, host, database or URL), the database itself (what the last run
//! told it, with its identity), and where nothing is said the place of the server: one on this machine is
//! local, any other is taken for production.

use apply::KnownEnvironment;
use connect::Target;
use model::{Exit, Fault};
use read::Source;
use serde::Serialize;

mod guard;
mod seen;
mod settings;

use crate::args::CompareArgs;
use crate::config::{Config, Environment, Kind};
use crate::context::Context;

/// What an environment is called that nobody configured, on this machine.
const LOCAL: &str = "local";

/// The same on any other machine.
const UNKNOWN: &str = "unknown";

/// The kind of fault of a URL that reaches another database than it is taken for.
const MISMATCH: &str = "environment.mismatch";

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
    found(context, context.env.as_deref(), context.database(flag)?).await
}

/// The environment of the live database that two schemas are compared for: of the one as it is, or else of the
/// wanted one; none where neither is live. A mistaken URL ends the command, before anything is read.
///
/// # Errors
/// Those of connecting, and `environment.mismatch`.
pub async fn guard(
    context: &Context,
    args: &CompareArgs,
    from: &Source,
    to: &Source,
) -> Result<Option<Place>, Fault> {
    let mut places = Vec::new();
    // What was read for --env, what was written out for it, and the other side.
    for (source, env_is_it, env_has_to_be) in
        [(from, args.from.is_none(), args.from.is_some()), (to, false, false)]
    {
        let Some(target) = source.target() else { continue };
        let env = context.env.as_deref();
        let place = found(context, env.filter(|_| env_is_it), target.clone()).await.map_err(work)?;
        if let Some(env) = env.filter(|env| env_has_to_be && *env != place.environment) {
            let what = format!("--env names {env}, and the URL is of {}", place.environment);
            return Err(work(guard::mismatch(what, &place)));
        }
        places.push(place);
    }
    Ok(places.into_iter().next())
}

/// The same for the database that the memory is kept in, where it is kept in one: nothing is written into a
/// database that a mistaken URL reaches. Whether it can be reached at all the memory tells by itself.
///
/// # Errors
/// `environment.mismatch`, and `connect.url` when the URL is none.
pub async fn guard_memory(context: &Context) -> Result<(), Fault> {
    let Some(target) = context.memory_database()? else { return Ok(()) };
    // A database of its own is not that of the environment that was named.
    let env = context.env.as_deref().filter(|_| context.config.memory.database.is_none());
    match found(context, env, target).await {
        Err(mut fault) if fault.kind == MISMATCH => {
            fault.what = format!("the memory is not kept there: {}", fault.what);
            Err(work(fault))
        }
        _ => Ok(()),
    }
}

/// The command cannot do its work: there is no gate to be opened.
fn work(mut fault: Fault) -> Fault {
    fault.exit = Exit::Work;
    fault
}

async fn found(context: &Context, env: Option<&str>, target: Target) -> Result<Place, Fault> {
    let session = connect::connect(&target, "lockkeeper").await?;
    let mut config = context.config.clone();
    seen::recall(&context.folder, &mut config);
    let found = guard::look(&context.config, &config, env, target, &session).await;
    session.close().await;
    let place = found?;
    if config.environments.contains_key(&place.environment) {
        seen::keep(&context.folder, &place)?;
    }
    Ok(place)
}

/// The environment of the settings that is production and says where it is, if there is one.
pub fn production(config: &Config) -> Option<&str> {
    let is_it = |(name, environment): &(&String, &Environment)| {
        environment.kind(name) == Kind::Production && environment.url.is_some()
    };
    config.environments.iter().find(is_it).map(|(name, _)| name.as_str())
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
