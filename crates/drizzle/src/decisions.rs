//! Makes visible where code decides on a value.

use std::path::Path;

pub(crate) fn made_visible(_path: &Path, code: &str) -> String {
    code.to_owned()
}
