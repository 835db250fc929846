//! What a reader of the schema should know about how it was read.

use std::fmt;
use std::path::PathBuf;

use model::Ident;
use serde::{Deserialize, Serialize};

/// Something that was answered, stood in for, guessed or passed over while reading. None of it changed the schema:
/// what would have is a fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Note {
    /// A module that is not installed, or only runs in node, was stood in for.
    StandIn {
        /// The module as it is imported.
        module: String,
        /// The first file that imports it.
        importer: PathBuf,
        /// Why: what the module said when it failed, or none where it is not installed.
        failed: Option<String>,
    },
    /// An environment variable was read and answered with a placeholder.
    Environment {
        /// The variable's name; never its value.
        variable: String,
    },
    /// The clock was read; it stands still in the sandbox.
    Clock,
    /// Random numbers were drawn; they are always the same in the sandbox.
    Random,
    /// An exported value comes from a module that was stood in for and was taken not to be part of the schema.
    PassedOver {
        /// The export and where its value comes from.
        export: String,
    },
    /// An enum is used by a column and not exported: drizzle-kit would not create it.
    NotExported {
        /// The enum's name.
        name: Ident,
    },
    /// drizzle-kit of the installed version leaves out something the author wrote; so does the reading.
    LeftOut {
        /// The object.
        object: String,
        /// What is left out.
        what: String,
    },
    /// A policy belongs to no table and is not part of the schema.
    PolicyWithoutTable {
        /// The policy's name.
        name: Ident,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandIn { module, importer, failed: None } => {
                write!(
                    f,
                    "\"{module}\" is not available here and was stood in for (imported by {})",
                    importer.display()
                )
            }
            Self::StandIn { module, importer, failed: Some(why) } => {
                write!(
                    f,
                    "\"{module}\" fails here and was stood in for ({why}; imported by {})",
                    importer.display()
                )
            }
            Self::Environment { variable } => {
                write!(f, "the environment variable {variable} was answered with a placeholder")
            }
            Self::Clock => f.write_str("the clock was read; it does not reach the schema"),
            Self::Random => f.write_str("random numbers were drawn; they do not reach the schema"),
            Self::PassedOver { export } => write!(f, "the export {export} was passed over"),
            Self::NotExported { name } => {
                write!(f, "the enum {name} is used and not exported; drizzle-kit would not create it")
            }
            Self::LeftOut { object, what } => {
                write!(f, "the installed drizzle-kit leaves out {what} of {object}, and so does this reading")
            }
            Self::PolicyWithoutTable { name } => write!(f, "the policy {name} belongs to no table"),
        }
    }
}
