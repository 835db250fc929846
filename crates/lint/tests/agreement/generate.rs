//! Statements made from numbers, so that what disagrees shrinks.

use model::{Ident, Name, Schema};

/// The numbers that a statement is made from.
pub(crate) type Choices = [u16; 6];

const TYPES: &[&str] = &[
    "integer",
    "bigint",
    "smallint",
    "text",
    "varchar(10)",
    "varchar(100)",
    "varchar",
    "char(5)",
    "numeric",
    "numeric(10, 2)",
    "numeric(30, 2)",
    "double precision",
    "boolean",
    "date",
    "timestamp",
    "timestamp(0)",
    "uuid",
    "json",
    "jsonb",
    "inet",
    "text[]",
    "bytea",
    "stage",
    "crm.mood",
    "label",
    "email",
    "amount",
];

const DEFAULTS: &[&str] = &[
    "NULL",
    "now()",
    "random()",
    "gen_random_uuid()",
    "clock_timestamp()",
    "one()",
    "drawn()",
    "doubled(one())",
    "current_date",
    "(1 + 1)",
];

/// Turns choices into statements over what a schema holds.
pub(crate) struct Generator {
    tables: Vec<(Name, Vec<Ident>)>,
    constraints: Vec<(Name, Ident)>,
    indexes: Vec<(Name, Ident)>,
    others: Vec<String>,
}

impl Generator {
    /// For the tables of a schema.
    pub(crate) fn of(schema: &Schema) -> Self {
        let columns = |table: &model::Table| table.columns.iter().map(|it| it.name.clone()).collect();
        let tables = schema.tables.iter();
        let views = schema.views.iter().map(|(name, view)| match view.materialized {
            true => format!("MATERIALIZED VIEW {name}"),
            false => format!("VIEW {name}"),
        });
        let types = schema.enums.keys().map(|name| format!("TYPE {name}"));
        let domains = schema.domains.keys().map(|name| format!("DOMAIN {name}"));
        let sequences = schema.sequences.keys().map(|name| format!("SEQUENCE {name}"));
        let named = |name: &Name, it: &Ident| (name.clone(), it.clone());
        Self {
            constraints: tables
                .clone()
                .flat_map(|(name, table)| table.constraints.keys().map(move |it| named(name, it)))
                .collect(),
            indexes: tables
                .clone()
                .flat_map(|(name, table)| table.indexes.keys().map(move |it| named(name, it)))
                .collect(),
            tables: tables.map(|(name, table)| (name.clone(), columns(table))).collect(),
            others: views.chain(types).chain(domains).chain(sequences).collect(),
        }
    }

    /// The statement that these choices make.
    pub(crate) fn statement(&self, choices: Choices) -> String {
        let [form, ..] = choices;
        match form % 8 {
            0 | 1 => self.about_column(choices),
            2 => self.about_constraint(choices),
            3 => self.about_index(choices),
            4 => self.about_table(choices),
            5 => self.about_other(choices),
            6 => self.several_clauses(choices),
            _ => self.about_rows(choices),
        }
    }

    fn table(&self, choice: u16) -> &(Name, Vec<Ident>) {
        pick(&self.tables, choice)
    }

    fn about_column(&self, choices: Choices) -> String {
        let (table, _) = self.table(choices[1]);
        format!("ALTER TABLE {table} {}", self.column_clause(choices))
    }

    fn column_clause(&self, [_, table, column, kind, option, number]: Choices) -> String {
        let (_, columns) = self.table(table);
        let column = pick(columns, column);
        let new = format!("x{}", number % 3);
        let type_name = pick(TYPES, kind);
        let default = pick(DEFAULTS, kind);
        match option % 22 {
            0 => format!("ADD COLUMN {new} {type_name}"),
            1 => format!("ADD COLUMN IF NOT EXISTS {column} {type_name}"),
            2 => format!("ADD COLUMN {new} {} DEFAULT {default}", default_type(default)),
            3 => format!("ADD COLUMN {new} bigserial"),
            4 => format!("ADD COLUMN {new} integer GENERATED ALWAYS AS IDENTITY"),
            5 => format!("ADD COLUMN {new} integer CHECK ({new} > 0)"),
            6 => format!("ADD COLUMN {new} integer UNIQUE"),
            7 => format!("ADD COLUMN {new} bigint REFERENCES regions (id)"),
            8 => format!("ADD COLUMN {new} {} NOT NULL DEFAULT {default}", default_type(default)),
            9 => format!("DROP COLUMN {column}"),
            10 => format!("DROP COLUMN {column} CASCADE"),
            11 => format!("DROP COLUMN IF EXISTS {new}"),
            12 | 13 => format!("ALTER COLUMN {column} TYPE {type_name}"),
            14 => format!("ALTER COLUMN {column} TYPE {type_name} USING {column}::{type_name}"),
            15 => format!("ALTER COLUMN {column} SET NOT NULL"),
            16 => format!("ALTER COLUMN {column} DROP NOT NULL"),
            17 => format!("ALTER COLUMN {column} SET DEFAULT NULL"),
            18 => format!("ALTER COLUMN {column} DROP DEFAULT"),
            19 => format!("ALTER COLUMN {column} SET STATISTICS 50"),
            20 => format!("ALTER COLUMN {column} SET STORAGE PLAIN"),
            _ => format!("RENAME COLUMN {column} TO {new}"),
        }
    }

    fn about_constraint(&self, [_, table, column, other, option, number]: Choices) -> String {
        let (name, columns) = self.table(table);
        let column = pick(columns, column);
        let (constrained, constraint) = pick(&self.constraints, other);
        let (referenced, keys) = self.table(other);
        let new = format!("k{}", number % 3);
        let key = pick(keys, number);
        match option % 14 {
            0 => format!("ALTER TABLE {name} ADD CONSTRAINT {new} CHECK ({column} IS NOT NULL)"),
            1 => format!("ALTER TABLE {name} ADD CONSTRAINT {new} CHECK ({column} IS NOT NULL) NOT VALID"),
            2 => format!("ALTER TABLE {name} VALIDATE CONSTRAINT {new}"),
            3 => format!("ALTER TABLE {name} ADD CONSTRAINT {new} UNIQUE ({column})"),
            4 => format!("ALTER TABLE {name} ADD PRIMARY KEY ({column})"),
            5 => format!(
                "ALTER TABLE {name} ADD CONSTRAINT {new} FOREIGN KEY ({column}) REFERENCES {referenced} ({key})"
            ),
            6 => format!(
                "ALTER TABLE {name} ADD CONSTRAINT {new} FOREIGN KEY ({column}) REFERENCES {referenced} NOT VALID"
            ),
            7 => format!("ALTER TABLE {constrained} DROP CONSTRAINT {constraint}"),
            8 => format!("ALTER TABLE {constrained} DROP CONSTRAINT {constraint} CASCADE"),
            9 => format!("ALTER TABLE {constrained} VALIDATE CONSTRAINT {constraint}"),
            10 => format!("ALTER TABLE {constrained} RENAME CONSTRAINT {constraint} TO {new}"),
            11 => format!("ALTER TABLE {name} ADD CHECK ({column} IS NOT NULL)"),
            12 => format!("ALTER TABLE {name} DROP CONSTRAINT IF EXISTS {new}"),
            _ => format!(
                "ALTER TABLE ONLY {name} ADD CONSTRAINT {new} CHECK ({column} IS NOT NULL) NO INHERIT"
            ),
        }
    }

    fn about_index(&self, [_, table, column, other, option, number]: Choices) -> String {
        let (name, columns) = self.table(table);
        let column = pick(columns, column);
        let (owner, index) = pick(&self.indexes, other);
        let index = owner.sibling(index);
        let new = format!("i{}", number % 3);
        match option % 12 {
            0 => format!("CREATE INDEX {new} ON {name} ({column})"),
            1 => format!("CREATE UNIQUE INDEX {new} ON {name} ({column})"),
            2 => format!("CREATE INDEX CONCURRENTLY {new} ON {name} ({column})"),
            3 => format!("CREATE INDEX IF NOT EXISTS {new} ON {name} ({column})"),
            4 => format!("CREATE INDEX ON {name} ({column}) WHERE {column} IS NOT NULL"),
            5 => format!("DROP INDEX {index}"),
            6 => format!("DROP INDEX CONCURRENTLY {index}"),
            7 => format!("REINDEX TABLE {name}"),
            8 => format!("REINDEX INDEX {index}"),
            9 => format!("REINDEX TABLE CONCURRENTLY {name}"),
            10 => format!("ALTER INDEX {index} RENAME TO {new}"),
            _ => format!("DROP INDEX IF EXISTS {new}"),
        }
    }

    fn about_table(&self, [_, table, column, kind, option, number]: Choices) -> String {
        let (name, columns) = self.table(table);
        let column = pick(columns, column);
        let new = format!("t{}", number % 3);
        match option % 20 {
            0 => format!("DROP TABLE {name}"),
            1 => format!("DROP TABLE {name} CASCADE"),
            2 => format!("TRUNCATE {name}"),
            3 => format!("TRUNCATE {name} CASCADE"),
            4 => format!("ALTER TABLE {name} RENAME TO {new}"),
            5 => format!("ALTER TABLE {name} SET SCHEMA archive"),
            6 => format!("CREATE TABLE {new} (LIKE {name} INCLUDING ALL)"),
            7 => format!("CREATE TABLE {new} (id integer PRIMARY KEY, a {})", pick(TYPES, kind)),
            8 => format!("CREATE TABLE {new} AS SELECT * FROM {name}"),
            9 => format!("LOCK TABLE {name} IN SHARE MODE"),
            10 => format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"),
            11 => format!("ALTER TABLE {name} SET UNLOGGED"),
            12 => format!("CREATE TABLE {new} (id integer PRIMARY KEY, r bigint REFERENCES {name})"),
            13 => format!("DROP TABLE IF EXISTS {new}"),
            14 => format!("COMMENT ON COLUMN {name}.{column} IS 'x'"),
            15 => format!("VACUUM {name}"),
            16 => format!("ANALYZE {name}"),
            17 => format!("VACUUM FULL {name}"),
            18 => {
                format!("CREATE TRIGGER {new} AFTER INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION touch()")
            }
            _ => format!("CREATE VIEW {new} AS SELECT {column} FROM {name}"),
        }
    }

    fn about_other(&self, [_, table, _, other, option, number]: Choices) -> String {
        let (name, _) = self.table(table);
        let object = pick(&self.others, other);
        let (kind, bare) = object.rsplit_once(' ').unwrap();
        match (option % 5, kind) {
            (0, _) => format!("DROP {object}"),
            (1, _) => format!("DROP {object} CASCADE"),
            (2, _) => format!("ALTER {object} RENAME TO o{}", number % 3),
            (3, "MATERIALIZED VIEW") => format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {bare}"),
            (_, "MATERIALIZED VIEW") => format!("REFRESH MATERIALIZED VIEW {bare}"),
            (_, "TYPE") => format!("ALTER TYPE {bare} ADD VALUE 'v{}'", number % 3),
            (_, "DOMAIN") => format!("ALTER DOMAIN {bare} ADD CONSTRAINT k CHECK (VALUE IS NOT NULL)"),
            (_, "SEQUENCE") => format!("ALTER SEQUENCE {bare} RESTART WITH 100"),
            _ => format!("LOCK TABLE {name} IN ACCESS SHARE MODE"),
        }
    }

    /// Two clauses about one table.
    fn several_clauses(&self, choices: Choices) -> String {
        let (table, _) = self.table(choices[1]);
        let [form, of, column, kind, option, number] = choices;
        let second = [form, of, kind, column, number, option];
        let clauses = [self.column_clause(choices), self.column_clause(second)];
        let alone = |clause: &&String| clause.starts_with("RENAME");
        match clauses.iter().find(alone) {
            Some(alone) => format!("ALTER TABLE {table} {alone}"),
            None => format!("ALTER TABLE {table} {}", clauses.join(", ")),
        }
    }

    fn about_rows(&self, [_, table, column, _, option, _]: Choices) -> String {
        let (name, columns) = self.table(table);
        let column = pick(columns, column);
        match option % 5 {
            0 => format!("SELECT * FROM {name}"),
            1 => format!("CREATE TABLE copied AS SELECT {column} FROM {name}"),
            2 => format!("TABLE {name}"),
            3 => format!("SELECT count(*) FROM ONLY {name}"),
            4 => format!("SELECT {column} FROM {name}"),
            _ => format!("INSERT INTO {name} SELECT * FROM {name} WHERE false"),
        }
    }
}

fn pick<T>(list: &[T], choice: u16) -> &T {
    &list[usize::from(choice) % list.len()]
}

/// A type that a default's value has.
fn default_type(default: &str) -> &'static str {
    match default {
        "now()" | "clock_timestamp()" => "timestamptz",
        "random()" => "double precision",
        "gen_random_uuid()" => "uuid",
        "current_date" => "date",
        _ => "bigint",
    }
}
