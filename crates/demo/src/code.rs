//! The application of each scenario, as it was before the change and as it is deployed for it.

pub(crate) mod cascade;
pub(crate) mod stages;

use model::{Ident, Name};
use traffic::Parameter;

fn table(name: &str) -> Name {
    Name::new("public", name)
}

fn fund() -> Parameter {
    Parameter::Value(table("funds"), Ident::new("id"))
}
