//! Objects that a project's settings leave alone, by pattern.

use std::collections::BTreeMap;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use model::{Fault, Ident, Name, Schema, Table};

/// Patterns of objects that are not compared: `public.legacy_*`, `audit.*`, `public.funds.old_*`.
///
/// A pattern of one part means a name in any schema, one of two parts a table, view, type, sequence or
/// routine, one of three a column, constraint, index, trigger or policy of a table.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    objects: GlobSet,
    parts: GlobSet,
}

impl Ignore {
    /// Understands patterns.
    ///
    /// # Errors
    /// `config.ignore` when one is no pattern.
    pub fn new(patterns: &[String]) -> Result<Self, Fault> {
        let (mut objects, mut parts) = (GlobSetBuilder::new(), GlobSetBuilder::new());
        for pattern in patterns {
            // A name does not cross a dot: a pattern for tables does not mean their columns.
            let path = pattern.replace('.', "/");
            let path = if path.contains('/') { path } else { format!("*/{path}") };
            let glob = GlobBuilder::new(&path).literal_separator(true).build().map_err(|error| {
                Fault::new("config.ignore", format!("\"{pattern}\" is no pattern"))
                    .cause(error)
                    .help("write schema.name with * and ? in it, for instance public.legacy_*")
            })?;
            match path.matches('/').count() {
                1 => _ = objects.add(glob),
                2 => _ = parts.add(glob),
                _ => {
                    let what = format!("\"{pattern}\" has more than three parts");
                    return Err(Fault::new("config.ignore", what)
                        .help("write schema.name, or schema.table.part for a part of a table"));
                }
            }
        }
        let build = |set: GlobSetBuilder| {
            set.build().map_err(|error| {
                Fault::new("config.ignore", "the patterns are too much together").cause(error)
            })
        };
        Ok(Self { objects: build(objects)?, parts: build(parts)? })
    }

    /// Makes the wanted schema like the current one in everything that is ignored.
    pub fn adopt(&self, wanted: &mut Schema, current: &Schema) {
        if self.objects.is_empty() && self.parts.is_empty() {
            return;
        }
        let named = |name: &Name| self.object(name);
        like(&mut wanted.tables, &current.tables, named);
        like(&mut wanted.views, &current.views, named);
        like(&mut wanted.enums, &current.enums, named);
        like(&mut wanted.domains, &current.domains, named);
        like(&mut wanted.composites, &current.composites, named);
        like(&mut wanted.ranges, &current.ranges, named);
        like(&mut wanted.collations, &current.collations, named);
        like(&mut wanted.sequences, &current.sequences, named);
        let routines = |identity: &String| {
            let of = |schema: &Schema| schema.routines.get(identity).map(|routine| routine.name.clone());
            of(current).is_some_and(|name| self.object(&name))
        };
        like(&mut wanted.routines, &current.routines, routines);
        wanted.routines.retain(|identity, routine| {
            !self.object(&routine.name) || current.routines.contains_key(identity)
        });
        like(&mut wanted.namespaces, &current.namespaces, |name| self.whole_namespace(name));
        for (name, table) in &mut wanted.tables {
            if let Some(current) = current.tables.get(name) {
                self.adopt_parts(name, table, current);
            }
        }
    }

    fn object(&self, name: &Name) -> bool {
        self.objects.is_match([name.schema.as_str(), "/", name.name.as_str()].concat())
    }

    /// Whether everything in a namespace is ignored, whatever it is called.
    fn whole_namespace(&self, name: &Ident) -> bool {
        self.objects.is_match([name.as_str(), "/\u{fffd}"].concat())
    }

    fn adopt_parts(&self, name: &Name, wanted: &mut Table, current: &Table) {
        if self.parts.is_empty() {
            return;
        }
        let part = |part: &Ident| {
            let path = [name.schema.as_str(), name.name.as_str(), part.as_str()].join("/");
            self.parts.is_match(path)
        };
        wanted.columns.retain(|column| !part(&column.name));
        wanted.columns.extend(current.columns.iter().filter(|column| part(&column.name)).cloned());
        like(&mut wanted.constraints, &current.constraints, part);
        like(&mut wanted.indexes, &current.indexes, part);
        like(&mut wanted.triggers, &current.triggers, part);
        like(&mut wanted.policies, &current.policies, part);
        like(&mut wanted.rules, &current.rules, part);
    }
}

/// Makes one map like another in the keys that are ignored.
fn like<K: Clone + Ord, V: Clone>(
    wanted: &mut BTreeMap<K, V>,
    current: &BTreeMap<K, V>,
    is_ignored: impl Fn(&K) -> bool,
) {
    wanted.retain(|key, _| !is_ignored(key));
    let kept = current.iter().filter(|(key, _)| is_ignored(key));
    wanted.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
}

#[cfg(test)]
mod tests {
    use model::Column;

    use super::*;

    fn table(columns: &[&str]) -> Table {
        Table { columns: columns.iter().map(|name| Column::new(*name, "text")).collect(), ..Table::default() }
    }

    #[test]
    fn what_is_ignored_is_as_it_is() {
        let (mut current, mut wanted) = (Schema::default(), Schema::default());
        current.tables.insert(Name::new("public", "legacy_a"), table(&["x"]));
        current.tables.insert(Name::new("public", "funds"), table(&["id", "old_x"]));
        wanted.tables.insert(Name::new("public", "legacy_b"), table(&[]));
        wanted.tables.insert(Name::new("public", "funds"), table(&["id"]));
        let ignore = Ignore::new(&["public.legacy_*".to_owned(), "public.funds.old_*".to_owned()]).unwrap();
        ignore.adopt(&mut wanted, &current);
        assert_eq!(wanted, current);
    }

    #[test]
    fn a_pattern_of_tables_does_not_mean_their_columns() {
        let (mut current, mut wanted) = (Schema::default(), Schema::default());
        current.tables.insert(Name::new("public", "funds"), table(&["id", "old_x"]));
        wanted.tables.insert(Name::new("public", "funds"), table(&["id"]));
        Ignore::new(&["*.old_*".to_owned()]).unwrap().adopt(&mut wanted, &current);
        assert_ne!(wanted, current);
        assert_eq!(Ignore::new(&["a.b.c.d".to_owned()]).unwrap_err().kind, "config.ignore");
        assert_eq!(Ignore::new(&["a.[".to_owned()]).unwrap_err().kind, "config.ignore");
    }
}
