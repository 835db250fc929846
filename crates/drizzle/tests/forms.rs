//! The forms a project comes in: configurations, folders, aliases, packages of every kind.
#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

mod support;

use std::fs;

use drizzle::{Casing, External, Note, Options, Project};
use model::{Fault, Ident, Name};
use support::project;

const TABLE: &str = "import { integer, pgTable } from \"drizzle-orm/pg-core\";\n\
    export const a = pgTable(\"a\", { someKey: integer(\"some_key\") });\n";

fn read(files: &[(&str, &str)], path: &str) -> Result<Project, Fault> {
    read_with(files, path, &Options::default())
}

fn read_with(files: &[(&str, &str)], path: &str, options: &Options) -> Result<Project, Fault> {
    let folder = project("zero", files);
    drizzle::read(&folder.path().join(path), options)
}

fn tables(project: &Project) -> Vec<String> {
    project.tables.iter().map(|table| table.name.to_string()).collect()
}

#[test]
fn configurations_come_in_all_forms() {
    for (name, text) in [
        (
            "drizzle.config.ts",
            "import { defineConfig } from \"drizzle-kit\"; export default defineConfig({ dialect: \"postgresql\", schema: \"./src/schema.ts\" });",
        ),
        (
            "drizzle.config.ts",
            "import type { Config } from \"drizzle-kit\"; export default { schema: [\"./src/schema.ts\"], driver: \"pg\" } satisfies Config;",
        ),
        ("drizzle.config.ts", "export default async () => ({ dialect: \"postgresql\", schema: \"./src\" });"),
        ("drizzle.config.mjs", "export default () => ({ dialect: \"postgresql\", schema: \"./src/*.ts\" });"),
        (
            "drizzle.config.cjs",
            "module.exports = { dialect: \"postgresql\", schema: __dirname + \"/src/schema.ts\" };",
        ),
        (
            "drizzle.config.js",
            "const path = require(\"path\"); module.exports = { dialect: \"postgresql\", schema: path.join(\"src\", \"schema\") };",
        ),
        ("drizzle.config.json", "{\"dialect\": \"postgresql\", \"schema\": \"./**/schema.ts\"}"),
    ] {
        let project = read(&[(name, text), ("src/schema.ts", TABLE)], name)
            .unwrap_or_else(|fault| panic!("{text}\n{fault}"));
        assert_eq!(tables(&project), ["public.a"], "{text}");
    }
}

#[test]
fn a_configuration_says_what_a_push_touches() {
    let config = "export default { dialect: \"postgresql\", schema: \"schema.ts\", out: \"./migrations\", casing: \"snake_case\",\n\
        schemaFilter: [\"public\", \"app\"], tablesFilter: [\"!old_*\"], extensionsFilters: [\"postgis\"],\n\
        dbCredentials: { url: process.env.DATABASE_URL } };";
    let project = read(&[("drizzle.config.ts", config), ("schema.ts", TABLE)], "").unwrap();
    assert_eq!(project.casing, Some(Casing::Snake));
    assert!(project.out.as_ref().is_some_and(|out| out.ends_with("migrations")));
    assert!(
        project.filter.admits(&Name::new("app", "a")) && !project.filter.admits(&Name::new("app", "old_a"))
    );
    assert!(!project.filter.admits(&Name::new("other", "a")));
    assert_eq!(project.notes, [Note::Environment { variable: "DATABASE_URL".into() }]);
    assert_eq!(project.drizzle_version, "0.45.4");
}

#[test]
fn a_configuration_may_not_depend_on_what_is_unknown() {
    let config = "export default { dialect: \"postgresql\", schema: `./${process.env.PART}/schema.ts` };";
    let files = [("drizzle.config.ts", config), ("one/schema.ts", TABLE)];
    let fault = read(&files, "drizzle.config.ts").unwrap_err();
    assert_eq!(fault.kind, "drizzle.environment", "{fault}");
    let options =
        Options { environment: [("PART".to_owned(), Some("one".to_owned()))].into(), ..Options::default() };
    assert_eq!(tables(&read_with(&files, "drizzle.config.ts", &options).unwrap()), ["public.a"]);
}

#[test]
fn files_and_folders_are_sources_too() {
    let files =
        [("src/one.ts", TABLE), ("src/one.test.ts", "throw new Error(\"a test\");"), ("src/notes.md", "x")];
    for path in ["src/one.ts", "src", ""] {
        assert_eq!(tables(&read(&files, path).unwrap()), ["public.a"], "{path}");
    }
}

#[test]
fn names_of_both_sides_are_kept_together() {
    let index = "export * from \"./schema\"; export { a as renamed } from \"./schema\";";
    let project = read(&[("index.ts", index), ("schema.ts", TABLE)], "index.ts").unwrap();
    let table = &project.tables[0];
    assert!(table.exports[0].file.ends_with("schema.ts") && table.exports[0].name == "a");
    assert_eq!(table.exports.len(), 3);
    let column = &table.columns[0];
    assert_eq!(
        (column.key.as_str(), column.name.as_str(), column.line, column.column),
        ("someKey", "some_key", 2, 33)
    );
    let statement = &project.statements[0];
    assert_eq!((statement.object.as_str(), statement.line, statement.column), ("public.a", 2, 14));
    assert!(statement.file.as_deref().is_some_and(|file| file.ends_with("schema.ts")));
}

#[test]
fn aliases_of_a_tsconfig_are_followed_even_if_it_extends_what_is_missing() {
    let schema = "import { named } from \"@/names\"; import { pgTable, integer } from \"drizzle-orm/pg-core\";\n\
        export const a = pgTable(named(\"x\"), { x: integer(\"x\") });";
    let names = "export const named = (name: string): string => `${name}_named`;";
    for extends in ["", "\"extends\": \"@acme/tsconfig/base.json\","] {
        let tsconfig =
            ["{ // a comment\n", extends, "\"compilerOptions\": {\"paths\": {\"@/*\": [\"./lib/*\"]}}}"]
                .concat();
        let files =
            [("tsconfig.json", tsconfig.as_str()), ("lib/names.ts", names), ("src/schema.ts", schema)];
        assert_eq!(tables(&read(&files, "src/schema.ts").unwrap()), ["public.x_named"], "{extends}");
    }
}

/// A package in the project's own `node_modules`, beside drizzle-orm of generation zero.
fn with_package(manifest: &str, files: &[(&str, &str)], schema: &str) -> Result<Project, Fault> {
    let folder = tempfile::tempdir().unwrap();
    let modules = folder.path().join("node_modules");
    fs::create_dir_all(modules.join("pkg")).unwrap();
    let installed = support::installed("zero");
    std::os::unix::fs::symlink(installed.join("drizzle-orm"), modules.join("drizzle-orm")).unwrap();
    fs::write(modules.join("pkg/package.json"), manifest).unwrap();
    for (name, text) in files {
        fs::write(modules.join("pkg").join(name), text).unwrap();
    }
    fs::write(folder.path().join("package.json"), "{}").unwrap();
    let head = "import { integer, pgTable, text } from \"drizzle-orm/pg-core\";\n";
    fs::write(folder.path().join("schema.ts"), [head, schema].concat()).unwrap();
    drizzle::read(&folder.path().join("schema.ts"), &Options::default())
}

#[test]
fn packages_of_every_kind_are_evaluated() {
    let schema =
        "import { value } from \"pkg\";\nexport const a = pgTable(\"a\", { x: text(\"x\").default(value) });";
    for (manifest, files) in [
        (
            "{\"name\": \"pkg\", \"type\": \"module\", \"exports\": \"./index.js\"}",
            vec![("index.js", "export const value = \"v\";")],
        ),
        (
            "{\"name\": \"pkg\", \"main\": \"main.js\"}",
            vec![
                ("main.js", "exports.value = require(\"./part\").value;"),
                ("part.js", "exports.value = \"v\";"),
            ],
        ),
        (
            "{\"name\": \"pkg\", \"exports\": {\"import\": \"./a.mjs\", \"require\": \"./b.cjs\"}}",
            vec![("a.mjs", "export const value = \"v\";"), ("b.cjs", "throw 1;")],
        ),
        (
            "{\"name\": \"pkg\", \"main\": \"index.js\"}",
            vec![(
                "index.js",
                "let part; try { part = require(\"absent\"); } catch { part = { value: \"v\" }; }\nmodule.exports = part;",
            )],
        ),
        (
            "{\"name\": \"pkg\", \"exports\": \"./index.ts\"}",
            vec![("index.ts", "export const value: string = \"v\";")],
        ),
    ] {
        let project =
            with_package(manifest, &files, schema).unwrap_or_else(|fault| panic!("{manifest}\n{fault}"));
        assert!(project.statements[0].sql.as_str().contains("DEFAULT 'v'"), "{manifest}");
    }
}

#[test]
fn a_package_that_fails_is_stood_in_for_and_reported() {
    let manifest = "{\"name\": \"pkg\", \"main\": \"index.js\"}";
    let harmless = "import { connect } from \"pkg\";\nexport const client = connect();\nexport const a = pgTable(\"a\", { x: text(\"x\") });";
    for text in [
        "throw new Error(\"a native part is missing\");",
        "module.exports = process.dlopen();",
        "syntax error",
    ] {
        let project = with_package(manifest, &[("index.js", text)], harmless).unwrap();
        let told =
            |note: &Note| matches!(note, Note::StandIn { module, failed: Some(_), .. } if module == "pkg");
        assert!(project.notes.iter().any(told), "{text}: {:#?}", project.notes);
    }
    let used =
        "import { value } from \"pkg\";\nexport const a = pgTable(\"a\", { x: text(\"x\").default(value) });";
    let fault = with_package(manifest, &[("index.js", "throw 1;")], used).unwrap_err();
    assert_eq!(fault.kind, "drizzle.stand_in", "{fault}");
}

#[test]
fn node_modules_of_node_itself_are_real_enough() {
    let cases = [
        (
            "import { createHash } from \"node:crypto\";",
            "createHash(\"sha256\").update(\"abc\").digest(\"hex\").slice(0, 8)",
            "ba7816bf",
        ),
        (
            "import crypto from \"crypto\";",
            "crypto.createHash(\"md5\").update(\"abc\").digest(\"hex\").slice(0, 8)",
            "90015098",
        ),
        (
            "import crypto from \"crypto\";",
            "crypto.createHash(\"sha1\").update(\"abc\").digest(\"base64\").slice(0, 8)",
            "qZk+NkcG",
        ),
        (
            "import { createHmac } from \"crypto\";",
            "createHmac(\"sha256\", \"key\").update(\"abc\").digest(\"hex\").slice(0, 8)",
            "9c196e32",
        ),
        (
            "import path from \"node:path\";",
            "path.join(\"/a\", \"../b\", path.basename(\"x/y.ts\", \".ts\"))",
            "/b/y",
        ),
        ("import { relative } from \"path\";", "relative(\"/a/b/c\", \"/a/d\")", "../../d"),
        ("import { format } from \"util\";", "format(\"%s-%d\", \"a\", 3)", "a-3"),
        (
            "",
            "new URL(\"../x?b=2\", \"https://u:p@h.example:8443/a/b/c\").href",
            "https://u:p@h.example:8443/a/x?b=2",
        ),
        (
            "import { fileURLToPath } from \"url\";",
            "fileURLToPath(import.meta.url).split(\"/\").pop()!",
            "schema.ts",
        ),
        (
            "import { EventEmitter } from \"events\";",
            "((e) => { let n = 0; e.on(\"x\", (by: number) => (n += by)); e.emit(\"x\", 4); return String(n); })(new EventEmitter())",
            "4",
        ),
        (
            "import { AsyncLocalStorage } from \"async_hooks\";",
            "((s) => s.run(\"in\", () => String(s.getStore())) + String(s.getStore()))(new AsyncLocalStorage())",
            "inundefined",
        ),
        ("", "Buffer.from(\"héllo\").toString(\"base64\") + btoa(\"a\")", "aMOpbGxvYQ=="),
        ("", "new TextDecoder().decode(new TextEncoder().encode(\"ü€😀\"))", "ü€😀"),
        (
            "",
            "new Date(2020, 0, 31, 12).toISOString() + new Date(\"2020-06-01T00:00:00\").getTimezoneOffset()",
            "2020-01-31T12:00:00.000Z0",
        ),
        (
            "import fs from \"fs\";",
            "JSON.parse(fs.readFileSync(new URL(\"./package.json\", import.meta.url), \"utf8\")).type",
            "module",
        ),
        ("import data from \"./data.json\";", "data.deep.word", "json"),
    ];
    for (import, expression, expected) in cases {
        let schema = format!(
            "{import}\nimport {{ pgTable, text }} from \"drizzle-orm/pg-core\";\nexport const a = pgTable(\"a\", {{ x: text(\"x\").default({expression}) }});"
        );
        let files = [("schema.ts", schema.as_str()), ("data.json", "{\"deep\": {\"word\": \"json\"}}")];
        let project = read(&files, "schema.ts").unwrap_or_else(|fault| panic!("{expression}\n{fault}"));
        let wanted = ["DEFAULT '", expected, "'"].concat();
        assert!(
            project.statements[0].sql.as_str().contains(&wanted),
            "{expression}: {}",
            project.statements[0].sql
        );
    }
}

#[test]
fn what_is_not_exported_is_built_only_as_far_as_needed() {
    let schema = "import { integer, pgEnum, pgPolicy, pgSchema, pgTable, serial } from \"drizzle-orm/pg-core\";\n\
        const hidden = pgEnum(\"hidden\", [\"a\", \"b\"]);\n\
        const auth = pgSchema(\"auth\");\n\
        const users = auth.table(\"users\", { id: serial(\"id\").primaryKey(), kind: hidden(\"kind\") });\n\
        export const a = pgTable(\"a\", { id: integer(\"id\").references(() => users.id), kind: hidden(\"kind\") },\n\
        () => [pgPolicy(\"p\", { to: \"somebody\" })]);";
    let project = read(&[("schema.ts", schema)], "schema.ts").unwrap();
    let name = Name::new("auth", "users");
    let expected =
        [External::Schema(Ident::new("auth")), External::Table(name), External::Role(Ident::new("somebody"))];
    assert_eq!(project.external, expected);
    assert_eq!(tables(&project), ["public.a"]);
    assert_eq!(project.notes, [Note::NotExported { name: Ident::new("hidden") }]);
    let scaffold = project.statements.iter().filter(|statement| statement.scaffold).count();
    assert_eq!(scaffold, 3, "{:#?}", project.statements);
}

#[test]
fn extensions_are_guessed() {
    let schema = "import { sql } from \"drizzle-orm\"; import { customType, index, pgTable, text, uuid, vector } from \"drizzle-orm/pg-core\";\n\
        const citext = customType<{ data: string }>({ dataType: () => \"citext\" });\n\
        export const a = pgTable(\"a\", { id: uuid(\"id\").default(sql`uuid_generate_v4()`), v: vector(\"v\", { dimensions: 3 }).default([1, 2, 3]),\n\
        c: citext(\"c\"), t: text(\"t\") }, (t) => [index(\"i\").using(\"gin\", t.t.op(\"gin_trgm_ops\"))]);";
    let project = read(&[("schema.ts", schema)], "schema.ts").unwrap();
    let names: Vec<&str> = project.extensions.iter().map(|extension| extension.name.as_str()).collect();
    assert_eq!(names, ["vector", "citext", "uuid-ossp", "pg_trgm"]);
    assert!(
        project.statements[0].sql.as_str().contains("v vector(3) DEFAULT '[1,2,3]'"),
        "{}",
        project.statements[0].sql
    );
}
