//! The measured data, parsed once.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::types::{Catalog, TypeFile};
use crate::{Area, Fact, Form, Shape};

/// One data file: the facts of an area.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactFile {
    /// The facts, in the order of [`Form::ALL`], then of shape, then of majors.
    #[serde(default, rename = "fact")]
    pub facts: Vec<Fact>,
}

/// The text of an area's data file.
const fn text(area: Area) -> &'static str {
    match area {
        Area::Column => include_str!("../facts/column.toml"),
        Area::Constraint => include_str!("../facts/constraint.toml"),
        Area::Table => include_str!("../facts/table.toml"),
        Area::Partition => include_str!("../facts/partition.toml"),
        Area::Index => include_str!("../facts/index.toml"),
        Area::Object => include_str!("../facts/object.toml"),
        Area::Data => include_str!("../facts/data.toml"),
    }
}

/// The fact for a form on a table of this shape on servers of this major.
///
/// None where nobody measured it: the effect is unknown then.
pub fn lookup(form: Form, shape: Shape, major: u32) -> Option<&'static Fact> {
    let facts = index().get(&(form, shape))?;
    facts.iter().copied().find(|fact| fact.majors.contains(major))
}

/// The facts of an area, as its file has them.
pub fn of_area(area: Area) -> &'static [Fact] {
    all().get(&area).map_or(&[], |file| &file.facts)
}

fn all() -> &'static BTreeMap<Area, FactFile> {
    static FILES: OnceLock<BTreeMap<Area, FactFile>> = OnceLock::new();
    FILES.get_or_init(|| Area::ALL.into_iter().map(|area| (area, parsed(area))).collect())
}

/// The files are compiled in and a test parses them, so a failure cannot reach a user.
#[expect(clippy::expect_used, reason = "the text is part of the program and tested")]
fn parsed(area: Area) -> FactFile {
    toml::from_str(text(area)).expect("a measured file parses")
}

type Index = BTreeMap<(Form, Shape), Vec<&'static Fact>>;

fn index() -> &'static Index {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index = Index::new();
        for fact in all().values().flat_map(|file| &file.facts) {
            index.entry((fact.form, fact.on)).or_default().push(fact);
        }
        index
    })
}

/// Types and casts, in the shape in which they are asked.
#[expect(clippy::expect_used, reason = "the text is part of the program and tested")]
pub(crate) fn types() -> &'static Catalog {
    static TYPES: OnceLock<Catalog> = OnceLock::new();
    TYPES.get_or_init(|| Catalog::of(type_file().expect("the measured file parses")))
}

/// The measured types and casts, as their file has them.
///
/// # Errors
/// When the file that is compiled in does not parse, which a test excludes.
pub fn type_file() -> Result<TypeFile, toml::de::Error> {
    toml::from_str(include_str!("../facts/conversion.toml"))
}
