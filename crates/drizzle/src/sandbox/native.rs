//! The functions through which JavaScript reaches the host.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use rquickjs::{Ctx, Exception, Function, Object};
use serde::Serialize;
use sha2::Digest;

use super::{COMMONJS_HEAD, disk, script};
use crate::builtins;
use crate::modules::{Shared, Sighting};
use crate::resolve::{Asks, Target};
use crate::thrown;

/// The functions through which JavaScript reaches the host.
pub(super) fn functions<'js>(ctx: &Ctx<'js>, shared: &Shared) -> rquickjs::Result<Object<'js>> {
    let native = Object::new(ctx.clone())?;
    let modules = Rc::clone(shared);
    native.set(
        "saw",
        Function::new(ctx.clone(), move |kind: String, name: String, stack: String| {
            let mut modules = modules.borrow_mut();
            let asked = thrown::own_frame(&stack, &modules);
            modules.sightings.entry(Sighting { kind, name }).or_insert(asked);
        })?,
    )?;
    let modules = Rc::clone(shared);
    native.set(
        "decided",
        Function::new(ctx.clone(), move |site: String, source: String, turned: bool| {
            let mut modules = modules.borrow_mut();
            if turned {
                modules.decided.push(site.clone());
            }
            modules.met.push((site, source));
        })?,
    )?;
    let modules = Rc::clone(shared);
    native.set(
        "broke",
        Function::new(ctx.clone(), move |path: String, message: String, stack: String| {
            modules.borrow_mut().broke.get_or_insert((PathBuf::from(path), message, stack));
        })?,
    )?;
    let modules = Rc::clone(shared);
    native.set(
        "resolve",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, from: String, specifier: String| {
            resolve_required(&ctx, &modules, &from, &specifier)
        })?,
    )?;
    let modules = Rc::clone(shared);
    native.set(
        "compile",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, path: String| compile(&ctx, &modules, &path))?,
    )?;
    native.set(
        "builtin",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, name: String| match builtins::source(&name) {
            Some(source) => script(&ctx, &["node:", &name].concat(), source).map(Some),
            None => Ok(None),
        })?,
    )?;
    let modules = Rc::clone(shared);
    native.set(
        "projectModules",
        Function::new(ctx.clone(), move || {
            let paths: Vec<PathBuf> = modules.borrow().scripts.keys().cloned().collect();
            serde_json::to_string(&paths).unwrap_or_default()
        })?,
    )?;
    native.set(
        "digest",
        Function::new(ctx.clone(), |algorithm: String, bytes: String| digest(&algorithm, &bytes))?,
    )?;
    disk::add(ctx, &native, shared)?;
    Ok(native)
}

#[derive(Serialize)]
struct Required {
    kind: &'static str,
    name: String,
}

fn resolve_required(ctx: &Ctx<'_>, shared: &Shared, from: &str, specifier: &str) -> rquickjs::Result<String> {
    let mut modules = shared.borrow_mut();
    let found = match modules.target(Path::new(from), specifier, Asks::Require) {
        Ok(Target::File(path)) => Required { kind: "file", name: path.display().to_string() },
        Ok(Target::Builtin(name)) => Required { kind: "builtin", name },
        Ok(Target::Empty) => Required { kind: "empty", name: String::new() },
        Ok(Target::Absent(name)) if modules.files.is_package(Path::new(from)) => {
            Required { kind: "absent", name }
        }
        Ok(Target::Absent(_)) => {
            modules.stand_ins.entry(specifier.to_owned()).or_insert_with(|| PathBuf::from(from));
            Required { kind: "standIn", name: specifier.to_owned() }
        }
        Err(fault) if modules.files.is_package(Path::new(from)) => {
            Required { kind: "absent", name: fault.what }
        }
        Err(fault) => {
            let what = fault.what.clone();
            modules.fault.get_or_insert(fault);
            return Err(Exception::throw_message(ctx, &what));
        }
    };
    Ok(serde_json::to_string(&found).unwrap_or_default())
}

/// A CommonJS module's code as a function of the names it finds in scope.
fn compile<'js>(ctx: &Ctx<'js>, shared: &Shared, path: &str) -> rquickjs::Result<Function<'js>> {
    let (name, read) = {
        let mut modules = shared.borrow_mut();
        modules.last = Some(PathBuf::from(path));
        let read = modules.read_script(Path::new(path)).map_err(|fault| {
            let what = fault.what.clone();
            modules.fault.get_or_insert(fault);
            what
        });
        (modules.name(Path::new(path)), read)
    };
    let read = read.map_err(|what| Exception::throw_message(ctx, &what))?;
    if read.module {
        let what = ["require() of the ECMAScript module ", path].concat();
        return Err(Exception::throw_message(ctx, &what));
    }
    let code = read.code.strip_prefix("#!").map_or_else(|| read.code.clone(), |rest| ["//", rest].concat());
    script(ctx, &name, &[COMMONJS_HEAD, &code, "\n})"].concat())
}

fn digest(algorithm: &str, hex: &str) -> String {
    let bytes: Vec<u8> =
        (0..hex.len() / 2).filter_map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()).collect();
    let digest = match algorithm {
        "md5" => md5::Md5::digest(&bytes).to_vec(),
        "sha1" => sha1::Sha1::digest(&bytes).to_vec(),
        "sha224" => sha2::Sha224::digest(&bytes).to_vec(),
        "sha384" => sha2::Sha384::digest(&bytes).to_vec(),
        "sha512" => sha2::Sha512::digest(&bytes).to_vec(),
        _ => sha2::Sha256::digest(&bytes).to_vec(),
    };
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
