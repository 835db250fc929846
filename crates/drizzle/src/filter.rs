//! Which objects a push touches, as the configuration has it.

use globset::{Glob, GlobMatcher};
use model::Name;
use serde::{Deserialize, Serialize};

/// `schemaFilter`, `tablesFilter` and `extensionsFilters` of the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Filter {
    /// `schemaFilter`; empty where the configuration has none. drizzle-kit 0.x then takes `public` alone, 1.0 all.
    pub schemas: Vec<String>,
    /// `tablesFilter`: globs; one that begins with `!` leaves out.
    pub tables: Vec<String>,
    /// `extensionsFilters`: extensions whose tables are left out.
    pub extensions: Vec<String>,
}

/// The tables PostGIS keeps in a database.
const POSTGIS: [&str; 3] = ["geography_columns", "geometry_columns", "spatial_ref_sys"];

impl Filter {
    /// Whether a push touches a table or view of this name.
    pub fn admits(&self, name: &Name) -> bool {
        let postgis = self.extensions.iter().any(|extension| extension == "postgis");
        if postgis && POSTGIS.contains(&name.name.as_str()) {
            return false;
        }
        admitted(&self.schemas, name.schema.as_str()) && admitted(&self.tables, name.name.as_str())
    }
}

/// Whether a list of globs lets a name through: none of its `!` ones match, and one of the others, if it has any.
fn admitted(globs: &[String], name: &str) -> bool {
    let matches = |glob: &str| matcher(glob).is_some_and(|glob| glob.is_match(name));
    let (out, wanted): (Vec<&String>, Vec<&String>) = globs.iter().partition(|glob| glob.starts_with('!'));
    !out.iter().any(|glob| matches(&glob[1..]))
        && (wanted.is_empty() || wanted.iter().any(|glob| matches(glob)))
}

fn matcher(glob: &str) -> Option<GlobMatcher> {
    Glob::new(glob).ok().map(|glob| glob.compile_matcher())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_let_through_and_leave_out() {
        let filter = |schemas: &[&str], tables: &[&str]| Filter {
            schemas: schemas.iter().map(|s| (*s).to_owned()).collect(),
            tables: tables.iter().map(|s| (*s).to_owned()).collect(),
            extensions: vec!["postgis".into()],
        };
        let funds = Name::new("public", "funds");
        assert!(filter(&[], &[]).admits(&funds));
        assert!(filter(&["public"], &["fun*"]).admits(&funds));
        assert!(!filter(&["app"], &[]).admits(&funds));
        assert!(!filter(&[], &["!funds"]).admits(&funds));
        assert!(!filter(&[], &["app_*"]).admits(&funds));
        assert!(filter(&[], &["!app_*"]).admits(&funds));
        assert!(!filter(&[], &[]).admits(&Name::new("public", "spatial_ref_sys")));
    }
}
