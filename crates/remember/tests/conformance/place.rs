//! Where a case's memory is kept.

use std::any::Any;

use remember::{Memory, Options, Tenant};

/// A place for memories that is empty at first and leaves nothing behind.
pub(crate) struct Place {
    options: Options,
    /// Removes the place when it is dropped.
    _keep: Box<dyn Any>,
}

impl Place {
    /// A memory of a tenant; each call opens it anew.
    pub(crate) fn memory(&self, tenant: &str) -> Memory {
        Memory::open(&self.options.clone().tenant(tenant.parse::<Tenant>().unwrap())).unwrap()
    }
}

/// A file.
pub(crate) fn sqlite() -> Place {
    let folder = tempfile::tempdir().unwrap();
    Place { options: Options::project(folder.path()), _keep: Box::new(folder) }
}
