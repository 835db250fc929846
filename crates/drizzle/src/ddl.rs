//! A description as statements, in an order that loads on an empty database.

mod duplicates;
mod extensions;
mod functions;
mod indexes;
mod roles;
mod tables;
mod types;
mod views;

pub(crate) use indexes::{is_nulls_first, part_order};
pub(crate) use views::{view_name, words};

use std::collections::BTreeSet;

use model::{Fault, Ident, Literal, Name, Sql, sql};

use crate::described::{Described, EnumText, Origins, QualifiedText, SequenceOptions, SequenceText};
use crate::known::{self, Finding};
use crate::note::Note;
use crate::origin::Origin;
use crate::project::{Extension, External, Makes, Statement};

/// Which drizzle-kit's choices of names and texts to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Generation {
    /// drizzle-orm 0.x.
    Zero,
    /// drizzle-orm 1.0.
    One,
}

/// Everything the statements of a description are made with.
pub(crate) struct Builder<'a> {
    pub(crate) described: &'a Described,
    pub(crate) generation: Generation,
    pub(crate) origin: &'a Origin<'a>,
    pub(crate) statements: Vec<Statement>,
    pub(crate) external: BTreeSet<External>,
    pub(crate) notes: Vec<Note>,
    /// What is known of the schema without asking a server.
    pub(crate) known: Finding,
    types: Vec<Sql>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(described: &'a Described, generation: Generation, origin: &'a Origin<'a>) -> Self {
        Self {
            described,
            generation,
            origin,
            statements: Vec::new(),
            external: BTreeSet::new(),
            notes: Vec::new(),
            known: Finding::default(),
            types: types::types(described, generation),
        }
    }

    /// Makes the statements.
    ///
    /// # Errors
    /// When two objects have one name, or a schema cannot be built.
    pub(crate) fn build(&mut self) -> Result<(), Fault> {
        duplicates::refuse(self.described, self.origin)?;
        self.known = known::find(self.described, self.generation, !self.extensions().is_empty());
        self.roles();
        self.schemas();
        self.enums();
        self.sequences();
        self.functions();
        self.tables();
        self.indexes();
        self.foreign_keys();
        self.views();
        self.policies();
        Ok(())
    }

    /// The extensions the statements need.
    pub(crate) fn extensions(&self) -> Vec<Extension> {
        extensions::guessed(self.described)
    }

    fn push(&mut self, sql: Sql, object: String, makes: Makes, origins: &Origins) {
        self.push_spared(sql, object, makes, origins, false);
    }

    /// Adds a statement; `spared` says that what it makes is known.
    fn push_spared(&mut self, sql: Sql, object: String, makes: Makes, origins: &Origins, spared: bool) {
        let place = self.origin.place(origins);
        self.statements.push(Statement {
            sql,
            object,
            makes,
            file: place.as_ref().map(|place| place.file.display().to_string()),
            line: place.as_ref().map_or(0, |place| place.line),
            column: place.as_ref().map_or(0, |place| place.column),
            scaffold: false,
            spared,
        });
    }

    fn scaffold(&mut self, sql: Sql, external: External) {
        let object = external.to_string();
        let makes = match &external {
            External::Table(name) | External::View(name) => Makes::Object(name.clone()),
            External::Schema(_) | External::Role(_) | External::Function(_) => Makes::Shared,
        };
        self.external.insert(external);
        self.statements.push(Statement {
            sql,
            object,
            makes,
            file: None,
            line: 0,
            column: 0,
            scaffold: true,
            spared: false,
        });
    }

    fn schemas(&mut self) {
        let managed: BTreeSet<&str> = self.managed_schemas().collect();
        for name in &managed {
            let object = ident(name).to_string();
            self.push(sql!("CREATE SCHEMA {}", ident(name)), object, Makes::Shared, &Vec::new());
        }
        for name in self.used_schemas() {
            let builtin = name == "public" || name == "information_schema" || name.starts_with("pg_");
            if !builtin && !managed.contains(name.as_str()) {
                self.scaffold(sql!("CREATE SCHEMA {}", ident(&name)), External::Schema(ident(&name)));
            }
        }
    }

    /// Schemas the project creates: exported, not declared as existing, not `public`.
    pub(crate) fn managed_schemas(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let exported =
            self.described.schemas.iter().filter(|schema| !schema.existing && schema.name != "public");
        exported.map(|schema| schema.name.as_str())
    }

    fn used_schemas(&self) -> BTreeSet<String> {
        let it = self.described;
        let tables = it.tables.iter().chain(&it.outside).map(|table| &table.schema);
        let enums = it.enums.iter().chain(&it.hidden_enums).map(|made| &made.schema);
        let rest = it
            .views
            .iter()
            .map(|view| &view.schema)
            .chain(it.sequences.iter().map(|sequence| &sequence.schema));
        let declared = it.schemas.iter().map(|schema| schema.name.clone());
        tables
            .chain(enums)
            .chain(rest)
            .flatten()
            .cloned()
            .chain(declared)
            .chain(self.platform_schemas())
            .collect()
    }

    fn enums(&mut self) {
        let mut made = BTreeSet::new();
        for each in self.described.enums.iter().chain(&self.described.hidden_enums) {
            let name = qualified(each.schema.as_deref(), &each.name);
            if made.insert(name.clone()) {
                let sql = create_enum(&name, each);
                self.push(sql, name.to_string(), Makes::Object(name), &each.origins);
            }
        }
        for hidden in &self.described.hidden_enums {
            self.notes.push(Note::NotExported { name: ident(&hidden.name) });
        }
    }

    fn sequences(&mut self) {
        for each in &self.described.sequences {
            let name = qualified(each.schema.as_deref(), &each.name);
            let options = sequence_options(&each.options);
            let sql = sql!("CREATE SEQUENCE {} {}", name, options);
            self.push(sql, name.to_string(), Makes::Object(name), &each.origins);
        }
    }
}

fn create_enum(name: &Name, each: &EnumText) -> Sql {
    let values = Sql::join(each.values.iter().map(Literal::new), ", ");
    sql!("CREATE TYPE {} AS ENUM ({})", name, values)
}

/// An identifier as the server keeps it: cut to 63 bytes.
pub(crate) fn ident(name: &str) -> Ident {
    Ident::new(name).truncated()
}

/// A name in a schema, `public` where none is given.
pub(crate) fn qualified(schema: Option<&str>, name: &str) -> Name {
    Name { schema: ident(schema.unwrap_or("public")), name: ident(name) }
}

pub(crate) fn qualified_text(text: &QualifiedText) -> Name {
    qualified(text.schema.as_deref(), &text.name)
}

fn columns(names: &[String]) -> Sql {
    Sql::join(names.iter().map(|name| ident(name)), ", ")
}

fn sequence_options(options: &SequenceOptions) -> Sql {
    // The description holds nothing but whole numbers here.
    let number = |text: &str| Sql::verbatim(text);
    let cycle = Sql::verbatim(if options.cycle { " CYCLE" } else { "" });
    sql!(
        "INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {} CACHE {}{}",
        number(&options.increment),
        number(&options.min),
        number(&options.max),
        number(&options.start),
        number(&options.cache),
        cycle
    )
}

/// The name of a sequence that stands alone.
pub(crate) fn sequence_name(sequence: &SequenceText) -> Name {
    qualified(sequence.schema.as_deref(), &sequence.name)
}
