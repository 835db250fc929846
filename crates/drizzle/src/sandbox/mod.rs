//! One evaluation: an engine of its own with bounded memory and time, and nothing of the machine in reach.

mod disk;
mod native;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Fault;
use rquickjs::context::EvalOptions;
use rquickjs::promise::PromiseState;
use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Function, Module, Object, Persistent, Promise, Runtime, Value,
};
use serde::Serialize;

use crate::files::Files;
use crate::modules::{ENTRY, Learned, Loader, Modules, Shared, Sighting};
use crate::options::Options;
use crate::resolve::Resolver;
use crate::script::Script;
use crate::thrown::{self, Frame, Thrown};

/// What the JavaScript side is told before it starts.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Setup {
    /// The files to evaluate, in order.
    pub(crate) files: Vec<PathBuf>,
    /// What `process.cwd()` answers.
    pub(crate) folder: PathBuf,
    /// Environment variables with a known answer; null is an answer too: not set.
    pub(crate) environment: BTreeMap<String, Option<String>>,
    /// The `casing` of the configuration.
    pub(crate) casing: Option<String>,
    /// Whether the installed drizzle-orm is 1.0 or newer.
    pub(crate) recent: bool,
    /// Sources of doubt to answer differently than the first evaluation did.
    pub(crate) vary: Vec<String>,
    /// Decisions that stay as they are although their source is varied.
    pub(crate) keep: Vec<String>,
    /// The one decision to take the other way, whatever is varied; an empty text for none at all.
    pub(crate) turn: Option<String>,
}

/// An evaluation to make.
#[derive(Clone)]
pub(crate) struct Evaluation<'a> {
    pub(crate) files: Arc<Files>,
    pub(crate) entry: &'static str,
    /// The file whose imports the entry's are resolved like.
    pub(crate) home: &'a Path,
    pub(crate) setup: Setup,
    pub(crate) options: &'a Options,
    pub(crate) learned: Learned,
    /// Whether decisions on answered values are to be varied too.
    pub(crate) decisions: bool,
}

/// What an evaluation came to.
pub(crate) struct Evaluated {
    /// The entry's answer, JSON.
    pub(crate) answer: String,
    pub(crate) scripts: BTreeMap<PathBuf, Script>,
    pub(crate) stand_ins: BTreeMap<String, PathBuf>,
    pub(crate) lost_stars: Vec<(PathBuf, String)>,
    pub(crate) star_edges: BTreeSet<(PathBuf, PathBuf)>,
    pub(crate) sightings: BTreeMap<Sighting, Option<Frame>>,
    /// The decisions on answered values that were met, with the source of each.
    pub(crate) met: Vec<(String, String)>,
    /// What had to be learned about modules on the way.
    pub(crate) learned: Learned,
}

/// Why an evaluation came to nothing.
pub(crate) struct Failure {
    /// What is wrong.
    pub(crate) fault: Fault,
    /// What is known of a module now, where another evaluation may do better.
    pub(crate) learned: Option<Learned>,
    /// The last decision that was taken the other way before.
    pub(crate) decided: Option<String>,
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        Self { fault, learned: None, decided: None }
    }
}

/// Runs an evaluation on a thread of its own, whose stack the engine's recursion fits in.
///
/// # Errors
/// A fault of the project, or what to do differently in another try.
pub(crate) fn evaluate(evaluation: &Evaluation<'_>) -> Result<Evaluated, Failure> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("drizzle".into()).stack_size(STACK_BYTES * 2);
        let running = thread.spawn_scoped(scope, || run(evaluation));
        let running = running.map_err(|error| engine_fault("cannot start a thread").cause(error));
        running?.join().unwrap_or_else(|_| Err(engine_fault("the engine panicked").into()))
    })
}

const STACK_BYTES: usize = 8 << 20;

fn engine_fault(what: &str) -> Fault {
    Fault::new("drizzle.engine", what)
}

fn run(evaluation: &Evaluation<'_>) -> Result<Evaluated, Failure> {
    let resolver = Rc::new(Resolver::new(Arc::clone(&evaluation.files)));
    let modules = Modules::new(
        Arc::clone(&evaluation.files),
        resolver,
        evaluation.home.to_owned(),
        evaluation.entry,
        evaluation.learned.clone(),
        evaluation.decisions,
    );
    let shared: Shared = Rc::new(RefCell::new(modules));
    let no_engine = |error| engine_fault("cannot start the engine").cause(error);
    let runtime = Runtime::new().map_err(no_engine)?;
    limit(&runtime, evaluation.options);
    runtime.set_loader(Loader(Rc::clone(&shared)), Loader(Rc::clone(&shared)));
    let context = Context::full(&runtime).map_err(no_engine)?;
    let engine =
        Engine { runtime: &runtime, context: &context, memory_bytes: evaluation.options.memory_bytes };
    match engine.answer(&shared, evaluation) {
        Ok(answer) => Ok(finished(answer, &shared)),
        Err(thrown) => {
            let thrown = engine.explained(thrown);
            Err(thrown::judge(&thrown, &mut shared.borrow_mut(), evaluation.options))
        }
    }
}

fn finished(answer: String, shared: &Shared) -> Evaluated {
    let mut modules = shared.borrow_mut();
    Evaluated {
        answer,
        scripts: std::mem::take(&mut modules.scripts),
        stand_ins: std::mem::take(&mut modules.stand_ins),
        lost_stars: std::mem::take(&mut modules.lost_stars),
        star_edges: std::mem::take(&mut modules.star_edges),
        sightings: std::mem::take(&mut modules.sightings),
        met: std::mem::take(&mut modules.met),
        learned: std::mem::take(&mut modules.learned),
    }
}

fn limit(runtime: &Runtime, options: &Options) {
    runtime.set_memory_limit(options.memory_bytes);
    runtime.set_max_stack_size(STACK_BYTES);
    // Most evaluations end before there is garbage worth collecting.
    runtime.set_gc_threshold(options.memory_bytes / 2);
    let end = Instant::now() + Duration::from_millis(options.time_ms);
    runtime.set_interrupt_handler(Some(Box::new(move || Instant::now() > end)));
}

struct Engine<'a> {
    runtime: &'a Runtime,
    context: &'a Context,
    memory_bytes: usize,
}

/// A value that outlives the borrow of its context.
type Kept<T> = Persistent<T>;

impl Engine<'_> {
    /// What the entry's default function answers.
    fn answer(&self, shared: &Shared, evaluation: &Evaluation<'_>) -> Result<String, Thrown> {
        let (host, entry) = self.with(|ctx| {
            let host = prepare(ctx, shared, evaluation)?;
            let entry = Module::import(ctx, ENTRY)?;
            Ok((Persistent::save(ctx, host), Persistent::save(ctx, entry)))
        })?;
        let entry = self.settle(&host, entry)?;
        let asked = self.with(|ctx| {
            let entry: Object<'_> = entry.clone().restore(ctx)?.get()?;
            let ask: Function<'_> = entry.get("default")?;
            Ok(Persistent::save(ctx, ask.call::<_, Promise<'_>>(())?))
        })?;
        let answer = self.settle(&host, asked)?;
        self.with(|ctx| answer.clone().restore(ctx)?.get())
    }

    fn with<T>(&self, run: impl FnOnce(&Ctx<'_>) -> rquickjs::Result<T>) -> Result<T, Thrown> {
        self.context.with(|ctx| run(&ctx).map_err(|error| Thrown::caught(&ctx, error)))
    }

    /// Runs jobs, then timers, until the promise is settled, and takes its value.
    fn settle(
        &self,
        host: &Kept<Object<'static>>,
        promise: Kept<Promise<'static>>,
    ) -> Result<Kept<Value<'static>>, Thrown> {
        loop {
            self.run_jobs()?;
            let settled = self.with(|ctx| {
                let promise = promise.clone().restore(ctx)?;
                if promise.state() == PromiseState::Pending {
                    return Ok(None);
                }
                let value: Option<rquickjs::Result<Value<'_>>> = promise.result();
                value.transpose().map(|value| value.map(|value| Persistent::save(ctx, value)))
            })?;
            if let Some(value) = settled {
                return Ok(value);
            }
            let ticked = self
                .with(|ctx| host.clone().restore(ctx)?.get::<_, Function<'_>>("tick")?.call::<_, bool>(()))?;
            if !ticked {
                return Err(Thrown { waits: true, ..Thrown::default() });
            }
        }
    }

    /// Without memory the engine may fail in any way, or fall silent: not even a promise can be rejected.
    fn explained(&self, thrown: Thrown) -> Thrown {
        let full = self.runtime.memory_usage().malloc_size as usize > self.memory_bytes / 4 * 3;
        if full && thrown.message != "interrupted" {
            return Thrown { message: "out of memory".to_owned(), waits: false, ..thrown };
        }
        thrown
    }

    /// Runs every job there is. What a job throws rejects a promise; a job that fails itself ran out of time or memory.
    fn run_jobs(&self) -> Result<(), Thrown> {
        loop {
            match self.runtime.execute_pending_job() {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(failed) => {
                    return Err(failed.0.with(|ctx| Thrown::caught(&ctx, rquickjs::Error::Exception)));
                }
            }
        }
    }
}

fn prepare<'js>(
    ctx: &Ctx<'js>,
    shared: &Shared,
    evaluation: &Evaluation<'_>,
) -> rquickjs::Result<Object<'js>> {
    let native = native::functions(ctx, shared)?;
    let json = serde_json::to_string(&evaluation.setup)
        .unwrap_or_else(|error| panic!("the setup does not serialise: {error}"));
    let setup: Value<'js> = ctx.json_parse(json)?;
    let make: Function<'js> = script(ctx, "lockkeeper:host", include_str!("../js/host.js"))?;
    let host: Object<'js> = make.call((native, setup))?;
    let globals: Function<'js> = script(ctx, "lockkeeper:globals", include_str!("../js/globals.js"))?;
    globals.call::<_, ()>((host.clone(),))?;
    if evaluation.decisions {
        let decisions: Function<'js> =
            script(ctx, "lockkeeper:decisions", include_str!("../js/decisions.js"))?;
        decisions.call::<_, ()>((host.clone(),))?;
    }
    Ok(host)
}

fn script<'js>(ctx: &Ctx<'js>, name: &str, source: &str) -> rquickjs::Result<Function<'js>> {
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(name.to_owned());
    ctx.eval_with_options(source, options)
}

/// What stands before a CommonJS module's code, on its first line.
pub(crate) const COMMONJS_HEAD: &str = "(function (exports, require, module, __filename, __dirname) {";

impl Thrown {
    /// Takes what was thrown out of the engine.
    fn caught(ctx: &Ctx<'_>, error: rquickjs::Error) -> Self {
        match Err::<(), _>(error).catch(ctx) {
            Err(CaughtError::Exception(exception)) => {
                let object = exception.as_object();
                Self {
                    name: object.get("name").unwrap_or_default(),
                    message: exception.message().unwrap_or_default(),
                    stack: exception.stack().unwrap_or_default(),
                    object: object.get("lockkeeperObject").ok(),
                    origins: object
                        .get::<_, String>("lockkeeperOrigins")
                        .ok()
                        .and_then(|origins| serde_json::from_str(&origins).ok())
                        .unwrap_or_default(),
                    waits: false,
                }
            }
            Err(other) => Self { message: other.to_string(), ..Self::default() },
            Ok(()) => Self::default(),
        }
    }
}
