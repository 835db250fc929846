//! Reading the project's files from within the sandbox.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rquickjs::{Ctx, Function, Object};

use crate::files::Files;
use crate::modules::Shared;

/// Reading the project's files, without the ones that hold secrets.
pub(super) fn add<'js>(ctx: &Ctx<'js>, native: &Object<'js>, shared: &Shared) -> rquickjs::Result<()> {
    let files = Arc::clone(&shared.borrow().files);
    native.set(
        "read",
        Function::new(ctx.clone(), move |path: String| {
            let Some(path) = open_path(&files, &path) else {
                files.browse();
                return None;
            };
            files.read(&path).ok()
        })?,
    )?;
    let files = Arc::clone(&shared.borrow().files);
    native.set(
        "stat",
        Function::new(ctx.clone(), move |path: String| match browsed(&files, &path) {
            Some(path) if path.is_file() => "file",
            Some(path) if path.is_dir() => "folder",
            _ => "",
        })?,
    )?;
    let files = Arc::clone(&shared.borrow().files);
    native.set(
        "list",
        Function::new(ctx.clone(), move |path: String| {
            let entries = browsed(&files, &path).and_then(|path| fs::read_dir(path).ok());
            let mut names: Vec<String> = entries
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect();
            names.sort();
            serde_json::to_string(&names).unwrap_or_default()
        })?,
    )
}

/// The canonical path, if the project's code may open it. Environment files are kept from it: they hold secrets.
fn open_path(files: &Files, path: &str) -> Option<PathBuf> {
    let path = Path::new(path).canonicalize().ok()?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let secret = name == ".env" || name.starts_with(".env.") || name.ends_with(".env");
    (files.admits(&path) && !secret).then_some(path)
}

/// The same for code that asks what there is.
fn browsed(files: &Files, path: &str) -> Option<PathBuf> {
    files.browse();
    open_path(files, path)
}
