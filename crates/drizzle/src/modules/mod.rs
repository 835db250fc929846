//! Which code stands behind each import of the project, and what was seen while it ran.

mod loader;
mod text;

pub(crate) use loader::Loader;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use model::Fault;

use crate::decisions;
use crate::files::Files;
use crate::resolve::{Asks, Resolver, Target, package_of};
use crate::script::{self, Imports, Script, is_identifier};
use crate::thrown::Frame;

/// The name of the module the host itself evaluates.
pub(crate) const ENTRY: &str = "lockkeeper:entry";

/// Something the sandbox answered although it does not know it: a source of doubt.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sighting {
    /// `environment`, `clock`, `random`, `builtin`, or what became of a stand-in: `text`, `number`, `list`, `decision`.
    pub(crate) kind: String,
    /// The variable, the function, or the path of the stand-in.
    pub(crate) name: String,
}

/// What earlier attempts found out about the modules of this project.
#[derive(Debug, Clone, Default)]
pub(crate) struct Learned {
    /// Packages that fail while they load, with what they said.
    pub(crate) broken: BTreeMap<String, String>,
    /// Names that are imported from a module which has them not; they are undefined, as bundlers have it.
    pub(crate) missing: BTreeMap<String, BTreeSet<String>>,
    /// Names a module exports and nobody declares (erased types).
    pub(crate) undeclared: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Debug, Clone)]
enum Kind {
    File(PathBuf),
    Builtin(String),
    StandIn { named: String, specifier: String, importer: PathBuf },
    Empty,
}

/// The state behind the engine's module loader and the host's functions.
pub(crate) struct Modules {
    pub(crate) files: Arc<Files>,
    pub(crate) resolver: Rc<Resolver>,
    /// Imports of the entry module are resolved as if it were this file.
    pub(crate) home: PathBuf,
    pub(crate) entry: &'static str,
    pub(crate) learned: Learned,
    /// Whether decisions on answered values are made visible, which costs a parse of every file.
    pub(crate) decisions: bool,
    kinds: BTreeMap<String, Kind>,
    /// The files behind module names: the engine cuts its messages short, so names are.
    names: Vec<PathBuf>,
    package_kinds: BTreeMap<PathBuf, bool>,
    /// The project's own modules in the order they were loaded, with what their source says.
    pub(crate) scripts: BTreeMap<PathBuf, Script>,
    /// Modules stood in for, with the first file that imported them.
    pub(crate) stand_ins: BTreeMap<String, PathBuf>,
    /// `export * from` of a module stood in for: whatever it exports is lost.
    pub(crate) lost_stars: Vec<(PathBuf, String)>,
    /// Which of the project's files pass on all that another exports.
    pub(crate) star_edges: BTreeSet<(PathBuf, PathBuf)>,
    /// What was answered, with the place that asked first.
    pub(crate) sightings: BTreeMap<Sighting, Option<Frame>>,
    /// The decisions on answered values, with the source of each.
    pub(crate) met: Vec<(String, String)>,
    /// Those of them taken the other way, in order.
    pub(crate) decided: Vec<String>,
    /// A fault found while loading, which the engine can only carry as text.
    pub(crate) fault: Option<Fault>,
    /// A CommonJS module that failed while it loaded: its path, what it said, and where.
    pub(crate) broke: Option<(PathBuf, String, String)>,
    /// The module that was loaded last, for errors that carry no stack.
    pub(crate) last: Option<PathBuf>,
}

pub(crate) type Shared = Rc<RefCell<Modules>>;

impl Modules {
    pub(crate) fn new(
        files: Arc<Files>,
        resolver: Rc<Resolver>,
        home: PathBuf,
        entry: &'static str,
        learned: Learned,
        decisions: bool,
    ) -> Self {
        Self {
            files,
            resolver,
            home,
            entry,
            learned,
            decisions,
            kinds: BTreeMap::new(),
            names: Vec::new(),
            package_kinds: BTreeMap::new(),
            scripts: BTreeMap::new(),
            stand_ins: BTreeMap::new(),
            lost_stars: Vec::new(),
            star_edges: BTreeSet::new(),
            sightings: BTreeMap::new(),
            met: Vec::new(),
            decided: Vec::new(),
            fault: None,
            broke: None,
            last: None,
        }
    }

    /// The short name of a file for the engine: its number and its last part.
    pub(crate) fn name(&mut self, path: &Path) -> String {
        let at = self.names.iter().position(|known| known == path).unwrap_or_else(|| {
            self.names.push(path.to_owned());
            self.names.len() - 1
        });
        let last = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        [&at.to_string(), "/", &last].concat()
    }

    /// The file behind a short name.
    pub(crate) fn path(&self, name: &str) -> Option<&Path> {
        let (at, _) = name.split_once('/')?;
        self.names.get(at.parse::<usize>().ok()?).map(PathBuf::as_path)
    }

    /// What a specifier leads to, with broken packages counted as absent.
    pub(crate) fn target(&mut self, importer: &Path, specifier: &str, asks: Asks) -> Result<Target, Fault> {
        let found = self.resolver.resolve(importer, specifier, asks)?;
        Ok(match found {
            Target::File(path) if self.is_broken(&path) => Target::Absent(specifier.to_owned()),
            Target::File(path) if path.extension().is_some_and(|e| e == "node") => {
                Target::Absent(specifier.to_owned())
            }
            other => other,
        })
    }

    fn is_broken(&self, path: &Path) -> bool {
        package_of(path).is_some_and(|package| self.learned.broken.contains_key(&package))
    }

    fn resolve(&mut self, base: &str, specifier: &str) -> Result<String, Fault> {
        if specifier == ENTRY {
            return Ok(specifier.to_owned());
        }
        let importer = self.path(base).map_or_else(|| self.home.clone(), Path::to_owned);
        let (name, kind) = match self.target(&importer, specifier, Asks::Import)? {
            Target::File(path) => {
                if self.passes_on(&importer, specifier) {
                    self.star_edges.insert((importer, path.clone()));
                }
                (self.name(&path), Kind::File(path))
            }
            Target::Builtin(name) if crate::builtins::source(&name).is_some() => {
                (["node:", &name].concat(), Kind::Builtin(name))
            }
            Target::Builtin(name) => self.stand_in(&["node:", &name].concat(), specifier, importer),
            Target::Absent(_) => self.stand_in(specifier, specifier, importer),
            Target::Empty => ("lockkeeper:empty".to_owned(), Kind::Empty),
        };
        self.kinds.entry(name.clone()).or_insert(kind);
        Ok(name)
    }

    fn stand_in(&mut self, named: &str, specifier: &str, importer: PathBuf) -> (String, Kind) {
        self.stand_ins.entry(named.to_owned()).or_insert_with(|| importer.clone());
        let name = ["stand-in for ", &self.name(&importer), ": ", named].concat();
        (name, Kind::StandIn { named: named.to_owned(), specifier: specifier.to_owned(), importer })
    }

    /// Reads a script and makes it ready: the project's own are stripped of types.
    pub(crate) fn read_script(&mut self, path: &Path) -> Result<Script, Fault> {
        let text = self.read(path)?;
        let typed = path
            .extension()
            .is_some_and(|e| matches!(e.to_str(), Some("ts" | "mts" | "cts" | "tsx" | "jsx")));
        let mut script = if typed || !self.files.is_package(path) {
            let text = self.without_lost_namespaces(path, text);
            stripped(path, &text)?
        } else {
            let module = self.is_module(path, &text);
            Script {
                code: text,
                module,
                declarations: Vec::new(),
                imports: Imports::new(),
                stars: Vec::new(),
            }
        };
        if self.decisions {
            let name = self.name(path);
            script.code = decisions::made_visible(path, &name, &script.code);
        }
        Ok(script)
    }

    fn read(&self, path: &Path) -> Result<String, Fault> {
        self.files.read(path).map_err(|error| {
            Fault::new("drizzle.unreadable", format!("cannot read {}", path.display()))
                .at(path.display().to_string())
                .cause(error)
        })
    }

    /// `import * as x from` a module stood in for: `x` becomes the stand-in itself, for its names are not known.
    fn without_lost_namespaces(&mut self, path: &Path, text: String) -> String {
        let mut text = text;
        for (specifier, range) in script::namespace_imports(path, &text) {
            let lost = match self.target(path, &specifier, Asks::Import) {
                Ok(Target::Absent(_)) => true,
                Ok(Target::Builtin(name)) => crate::builtins::source(&name).is_none(),
                _ => false,
            };
            if lost {
                text.replace_range(range, "    ");
            }
        }
        text
    }

    /// Whether node takes a package's file as an ECMAScript module.
    fn is_module(&mut self, path: &Path, text: &str) -> bool {
        match path.extension().and_then(|e| e.to_str()) {
            Some("mjs") => true,
            Some("cjs") => false,
            _ => {
                self.is_module_folder(path)
                    || (looks_like_module(text) && script::has_module_syntax(path, text))
            }
        }
    }

    fn is_module_folder(&mut self, path: &Path) -> bool {
        let Some(folder) = path.parent() else { return false };
        if let Some(known) = self.package_kinds.get(folder) {
            return *known;
        }
        let kind = match self.files.read(&folder.join("package.json")) {
            Ok(text) => serde_json::from_str::<serde_json::Value>(&text)
                .is_ok_and(|json| json.get("type").and_then(|kind| kind.as_str()) == Some("module")),
            Err(_) => folder.parent().is_some() && self.is_module_folder(folder),
        };
        self.package_kinds.insert(folder.to_owned(), kind);
        kind
    }

    /// What the importer takes of a module, as the text of a module made of stand-ins.
    fn stand_in_text(&mut self, specifier: &str, named: &str, importer: &Path) -> String {
        let imports = match self.scripts.get(importer) {
            Some(script) => script.imports.clone(),
            None => {
                self.read(importer).map(|text| script::imports_of_text(importer, &text)).unwrap_or_default()
            }
        };
        let mut text = format!("const it = __lockkeeper.standInModule({named:?}); export default it;");
        for name in imports.get(specifier).into_iter().flatten() {
            if name != "default" && name != "*" && is_identifier(name) {
                text.push_str(&format!(" export const {name} = it.{name};"));
            }
        }
        if self.passes_on(importer, specifier) {
            self.lost_stars.push((importer.to_owned(), named.to_owned()));
        }
        text
    }

    fn passes_on(&self, importer: &Path, specifier: &str) -> bool {
        self.scripts.get(importer).is_some_and(|script| script.stars.iter().any(|star| star == specifier))
    }

    /// Adds what other modules expect of this one and it has not.
    fn complete(&self, name: &str, code: &mut String) {
        for missing in self.learned.missing.get(name).into_iter().flatten() {
            if is_identifier(missing) {
                code.push_str(&format!("\nexport const {missing} = undefined;"));
            }
        }
        for undeclared in self.learned.undeclared.get(name).into_iter().flatten() {
            code.push_str(&format!("\nvar {undeclared};"));
        }
    }
}

/// Strips types. A panic there must not unwind into the engine, which is C: it would end the process.
fn stripped(path: &Path, text: &str) -> Result<Script, Fault> {
    std::panic::catch_unwind(|| script::strip(path, text)).unwrap_or_else(|_| {
        Err(Fault::new("drizzle.engine", format!("stripping the types of {} fails", path.display()))
            .at(path.display().to_string()))
    })
}

fn looks_like_module(text: &str) -> bool {
    text.lines().any(|line| line.starts_with("import ") || line.starts_with("export "))
}
