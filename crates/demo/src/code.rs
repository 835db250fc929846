//! The application of each scenario, as it was before the change and as it is deployed for it.

pub(crate) mod cascade;
pub(crate) mod stages;

use model::{Ident, Name, Sql};
use traffic::{Does, Parameter, Statement};

fn read(name: &str, weight: u32, sql: &str, parameters: Vec<Parameter>) -> Statement {
    Statement { name: name.to_owned(), weight, sql: Sql::verbatim(sql), parameters, does: Does::Read }
}

fn write(name: &str, weight: u32, does: Does, sql: &str, parameters: Vec<Parameter>) -> Statement {
    Statement { name: name.to_owned(), weight, sql: Sql::verbatim(sql), parameters, does }
}

fn table(name: &str) -> Name {
    Name::new("public", name)
}

fn fund() -> Parameter {
    Parameter::Value(table("funds"), Ident::new("id"))
}

fn one_of(texts: &[&str]) -> Parameter {
    Parameter::OneOf(texts.iter().map(|text| (*text).to_owned()).collect())
}
