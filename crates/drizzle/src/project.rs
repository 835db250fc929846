//! What a Drizzle project says its schema is.

use std::path::PathBuf;

use model::{Ident, Name, Sql};
use serde::{Deserialize, Serialize};

use crate::filter::Filter;
use crate::known::Known;
use crate::note::Note;
use crate::seen::Seen;

/// A Drizzle project as it was read: statements that build its schema on an empty database, and what is known
/// about where they come from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Project {
    /// DDL in an order that loads on an empty database, in a session whose `search_path` is `public`: what authors
    /// wrote, such as the queries of views, need not qualify its names.
    pub statements: Vec<Statement>,
    /// What is known of the schema without building it.
    pub known: Known,
    /// Extensions the schema needs, guessed from types, functions and operator classes: Drizzle cannot declare them.
    pub extensions: Vec<Extension>,
    /// The tables the project manages, in the order they are exported.
    pub tables: Vec<Table>,
    /// The schemas the project creates.
    pub schemas: Vec<Ident>,
    /// The views the project manages, materialized ones included.
    pub views: Vec<Name>,
    /// Roles the project creates; roles live in the whole server, not in one database.
    pub roles: Vec<Ident>,
    /// What the project refers to and does not manage. Statements marked as scaffold build enough of each to load
    /// the rest; none of it belongs to the wanted schema.
    pub external: Vec<External>,
    /// What the configuration leaves out of a push.
    pub filter: Filter,
    /// The folder of migrations the configuration names; none without a configuration or where it names none.
    pub out: Option<PathBuf>,
    /// The table in which the configuration has drizzle-orm note what it applied, where it is not the usual one.
    pub books: Option<Name>,
    /// How TypeScript names become database names where no name is given.
    pub casing: Option<Casing>,
    /// The version of the installed drizzle-orm.
    pub drizzle_version: String,
    /// What was answered, stood in for, guessed or passed over.
    pub notes: Vec<Note>,
    /// Every file that was read, packages included.
    pub files: Vec<PathBuf>,
    /// What on the disk the reading depended on.
    pub seen: Seen,
}

/// One statement and where the TypeScript that asks for it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The statement, without a semicolon.
    pub sql: Sql,
    /// The object it makes, for instance `public.funds` or `public.funds.funds_created_at_idx`.
    pub object: String,
    /// What it makes, for whom builds only some of a project's objects.
    pub makes: Makes,
    /// The file that declares it, relative to the current folder where it can be.
    pub file: Option<String>,
    /// The line, from 1; 0 where the place is not known.
    pub line: u32,
    /// The column, from 1; 0 where the place is not known.
    pub column: u32,
    /// Whether it builds something the project only refers to: see [`Project::external`].
    pub scaffold: bool,
    /// Whether [`Project::known`] says what it makes, and no statement that is not spared stands on it.
    pub spared: bool,
}

/// What a statement makes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Makes {
    /// A schema, a role or a function: anything may use it.
    Shared,
    /// This table, view, type or sequence, an index of it, or its row level security.
    Object(Name),
    /// What ties this table to objects that are there already: a foreign key or a policy.
    Tie(Name),
}

/// A table and the names its columns have in TypeScript.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name in the database.
    pub name: Name,
    /// The names it is exported under, with the file of each; the declaring one first.
    pub exports: Vec<Export>,
    /// Its columns in order.
    pub columns: Vec<Column>,
}

/// A name something is exported under.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    /// The file.
    pub file: PathBuf,
    /// The exported name; `default` for the default export.
    pub name: String,
}

/// A column's two names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    /// The property of the table in TypeScript.
    pub key: String,
    /// The column in the database.
    pub name: Ident,
    /// The line that declares it, from 1; 0 where it is not known.
    pub line: u32,
    /// The column that line declares it at, from 1; 0 where it is not known.
    pub column: u32,
}

/// An extension the schema cannot load without.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Extension {
    /// The extension's name, for instance `vector`.
    pub name: Ident,
    /// What asks for it, for instance `type vector(3)`.
    pub because: String,
}

/// Something the project refers to without managing it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum External {
    /// A schema that is not exported, or declared as existing.
    Schema(Ident),
    /// A table that is referenced and not exported.
    Table(Name),
    /// A view declared as existing.
    View(Name),
    /// A role that policies name.
    Role(Ident),
    /// A function that a hosted platform brings, such as `auth.uid` of Supabase.
    Function(Name),
}

/// How TypeScript names become database names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Casing {
    /// `vintageYear` becomes `vintage_year`.
    Snake,
    /// `vintage_year` becomes `vintageYear`.
    Camel,
}

impl Casing {
    /// The word in drizzle.config.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Snake => "snake_case",
            Self::Camel => "camelCase",
        }
    }
}

impl std::fmt::Display for External {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Schema(name) | Self::Role(name) => name.fmt(f),
            Self::Table(name) | Self::View(name) | Self::Function(name) => name.fmt(f),
        }
    }
}
