//! What is measured: the files in `cases/`, statements with what has to be there before them.
//!
//! A case is a few comment lines and the statement: `-- form: add_check`, then where needed `-- on:`
//! with the shapes it is measured on (all by default), `-- majors:` (all), `-- with:` naming fixtures,
//! and `-- before:` with a statement each.

use std::collections::BTreeMap;

use facts::{Area, Form, MAJOR_MAX, MAJOR_MIN, Majors, Shape};
use model::Fault;

/// One statement to measure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The form it measures.
    pub form: Form,
    /// The shapes of `t` it runs on.
    pub shapes: Vec<Shape>,
    /// The majors it runs on.
    pub majors: Majors,
    /// Names of fixtures beside the shape's own.
    pub with: Vec<String>,
    /// Statements that run before.
    pub before: Vec<String>,
    /// The statement.
    pub sql: String,
}

/// Everything in `cases/`.
#[derive(Debug, Clone)]
pub struct Cases {
    /// The cases in the order of the files.
    pub cases: Vec<Case>,
    /// Fixtures by name.
    fixtures: BTreeMap<String, String>,
}

const fn text(area: Area) -> &'static str {
    match area {
        Area::Column => include_str!("../cases/column.sql"),
        Area::Constraint => include_str!("../cases/constraint.sql"),
        Area::Table => include_str!("../cases/table.sql"),
        Area::Partition => include_str!("../cases/partition.sql"),
        Area::Index => include_str!("../cases/index.sql"),
        Area::Object => include_str!("../cases/object.sql"),
        Area::Data => include_str!("../cases/data.sql"),
    }
}

impl Cases {
    /// Reads the files, which are compiled in.
    ///
    /// # Errors
    /// `measure.case` when a case does not read.
    pub fn read() -> Result<Self, Fault> {
        let fixtures = sections(include_str!("../cases/fixtures.sql"), "-- fixture: ");
        let mut cases = Vec::new();
        for area in Area::ALL {
            for (form, body) in sections(text(area), "-- form: ") {
                let case = case(&form, &body)?;
                if case.form.area() != area {
                    return Err(wrong(&form, &format!("it belongs in {}.sql", case.form.area().name())));
                }
                cases.push(case);
            }
        }
        Ok(Self { cases, fixtures: fixtures.into_iter().collect() })
    }

    /// The statements of a fixture.
    ///
    /// # Errors
    /// `measure.case` when there is none of this name.
    pub fn fixture(&self, name: &str) -> Result<&str, Fault> {
        self.fixtures.get(name).map(String::as_str).ok_or_else(|| wrong(name, "there is no such fixture"))
    }
}

/// The texts after each line that begins with `mark`, with the rest of that line.
fn sections(text: &str, mark: &str) -> Vec<(String, String)> {
    let mut sections: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix(mark) {
            sections.push((name.trim().to_owned(), String::new()));
        } else if let Some((_, body)) = sections.last_mut() {
            body.push_str(line);
            body.push('\n');
        }
    }
    sections
}

fn case(form: &str, body: &str) -> Result<Case, Fault> {
    let form: Form = form.parse().map_err(|error: facts::UnknownForm| wrong(form, &error.to_string()))?;
    let mut case = Case {
        form,
        shapes: Shape::ALL.to_vec(),
        majors: Majors { first: MAJOR_MIN, last: MAJOR_MAX },
        with: Vec::new(),
        before: Vec::new(),
        sql: String::new(),
    };
    for line in body.lines() {
        match line.strip_prefix("-- ").and_then(|header| header.split_once(": ")) {
            Some(("on", names)) => case.shapes = shapes(names)?,
            Some(("majors", majors)) => {
                case.majors = majors.parse().map_err(|error: String| wrong(majors, &error))?
            }
            Some(("with", names)) => case.with = names.split_whitespace().map(str::to_owned).collect(),
            Some(("before", sql)) => case.before.push(sql.trim_end_matches(';').to_owned()),
            Some((other, _)) => return Err(wrong(form.name(), &format!("\"{other}\" is no header"))),
            None => case.sql.push_str(&format!("{line}\n")),
        }
    }
    case.sql = case.sql.trim().trim_end_matches(';').to_owned();
    if case.sql.is_empty() { Err(wrong(form.name(), "it has no statement")) } else { Ok(case) }
}

fn shapes(names: &str) -> Result<Vec<Shape>, Fault> {
    let shape = |name: &str| Shape::ALL.into_iter().find(|shape| shape.name() == name);
    let shapes =
        names.split_whitespace().map(|name| shape(name).ok_or_else(|| wrong(name, "it is no shape")));
    shapes.collect()
}

fn wrong(name: &str, why: &str) -> Fault {
    Fault::new("measure.case", format!("the case \"{name}\" does not read: {why}"))
}
