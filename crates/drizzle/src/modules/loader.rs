//! The engine's way to modules.

use std::path::Path;

use rquickjs::loader::ImportAttributes;
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error, Function, Module, Object};

use super::text::passing_on;
use super::{ENTRY, Kind, Shared};
use crate::script;

/// The engine's resolver and loader over [`Modules`].
pub(crate) struct Loader(pub(crate) Shared);

impl rquickjs::loader::Resolver for Loader {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<String> {
        let mut modules = self.0.borrow_mut();
        modules.resolve(base, name).map_err(|fault| {
            modules.fault.get_or_insert(fault);
            Error::new_resolving(base, name)
        })
    }
}

impl rquickjs::loader::Loader for Loader {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> rquickjs::Result<Module<'js, Declared>> {
        let kind = self.0.borrow().kinds.get(name).cloned();
        let code = match kind {
            None if name == ENTRY => self.0.borrow().entry.to_owned(),
            None => return Err(Error::new_loading(name)),
            Some(Kind::Empty) => "export default {};".to_owned(),
            Some(Kind::StandIn { named, specifier, importer }) => {
                self.0.borrow_mut().stand_in_text(&specifier, &named, &importer)
            }
            Some(Kind::Builtin(builtin)) => {
                let call = format!("__lockkeeper.builtin({builtin:?})");
                passing_on(&call, &keys(ctx, "builtin", &builtin)?)
            }
            Some(Kind::File(path)) => self.load_file(ctx, &path)?,
        };
        let mut code = code;
        self.0.borrow().complete(name, &mut code);
        let module = Module::declare(ctx.clone(), name, code)?;
        if let Some(path) = self.0.borrow().path(name) {
            describe_module(&module, path)?;
        }
        Ok(module)
    }
}

impl Loader {
    fn load_file(&self, ctx: &Ctx<'_>, path: &Path) -> rquickjs::Result<String> {
        let shown = path.display().to_string();
        self.0.borrow_mut().last = Some(path.to_owned());
        if path.extension().is_some_and(|e| e == "json") {
            return Ok(passing_on(&format!("__lockkeeper.load({shown:?})"), &keys(ctx, "load", &shown)?));
        }
        if !script::is_script(path) {
            return Ok(format!("export default {shown:?};"));
        }
        let script = {
            let mut modules = self.0.borrow_mut();
            modules.read_script(path).map_err(|fault| {
                modules.fault.get_or_insert(fault);
                Error::new_loading(&shown)
            })?
        };
        if !script.module {
            return Ok(passing_on(
                &format!("__lockkeeper.importCommonJs({shown:?})"),
                &keys(ctx, "importCommonJs", &shown)?,
            ));
        }
        let mut modules = self.0.borrow_mut();
        if modules.files.is_package(path) {
            return Ok(script.code);
        }
        let code = script.code.clone();
        modules.scripts.insert(path.to_owned(), script);
        Ok(code)
    }
}

/// Loads a CommonJS module (or a built-in one) now, to learn which names it exports.
fn keys(ctx: &Ctx<'_>, function: &str, name: &str) -> rquickjs::Result<Vec<String>> {
    let host: Object<'_> = ctx.globals().get("__lockkeeper")?;
    let load: Function<'_> = host.get(function)?;
    let exports: rquickjs::Value<'_> = load.call((name,))?;
    let Some(exports) = exports.as_object() else { return Ok(Vec::new()) };
    exports.keys::<String>().collect()
}

fn describe_module(module: &Module<'_, Declared>, path: &Path) -> rquickjs::Result<()> {
    let meta = module.meta()?;
    let shown = path.display().to_string();
    meta.set("url", ["file://", &shown].concat())?;
    meta.set("filename", shown)?;
    meta.set("dirname", path.parent().unwrap_or(path).display().to_string())
}
