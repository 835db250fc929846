//! What is not known never reaches the schema silently, and errors say where in the TypeScript.

#![allow(clippy::unwrap_used, reason = "a test ends where something is amiss")]

mod support;

use drizzle::{Note, Options, Project};
use model::Fault;
use support::project;

/// Reads one schema file, after the imports every one of them has.
fn read_with(files: &[(&str, &str)], schema: &str, options: &Options) -> Result<Project, Fault> {
    let head = "import { sql } from \"drizzle-orm\";\n\
        import { check, index, integer, pgEnum, pgTable, text, timestamp, varchar } from \"drizzle-orm/pg-core\";\n";
    let text = [head, schema].concat();
    let mut all = files.to_vec();
    all.push(("schema.ts", &text));
    let folder = project("zero", &all);
    drizzle::read(&folder.path().join("schema.ts"), options)
}

fn read(schema: &str) -> Result<Project, Fault> {
    read_with(&[], schema, &Options::default())
}

fn fault_of(schema: &str) -> Fault {
    match read(schema) {
        Err(fault) => fault,
        Ok(project) => panic!("{schema}\nis read as {:#?}", project.statements),
    }
}

/// Asserts the kind of fault and that its place ends with this file, line and column.
fn refused(schema: &str, kind: &str, place: &str) -> Fault {
    let fault = fault_of(schema);
    assert_eq!(fault.kind, kind, "{fault}");
    assert!(fault.place.as_deref().is_some_and(|at| at.ends_with(place)), "{fault} at {:?}", fault.place);
    fault
}

#[test]
fn a_value_of_a_stand_in_is_refused_wherever_it_reaches_the_schema() {
    for schema in [
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x").default(X) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x").default(X.toUpperCase()) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x").default(`${X}`.slice(0, 1)) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: varchar("x", { length: X }) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: varchar("x", { length: X.length + 1 }) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable(X, { x: text("x") });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text(X.name) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x"), ...X });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: X("x").notNull() });"#,
        r#"import { X } from "@acme/x"; export const a = X("a", { x: text("x") });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: integer("x").references(() => X.id) });"#,
        r#"import { X } from "@acme/x"; export const e = pgEnum("e", X); export const a = pgTable("a", { x: e("x") });"#,
        r#"import { X } from "@acme/x"; export const e = pgEnum("e", ["a", X.b]);"#,
        r#"import X from "@acme/x"; export const e = pgEnum("e", Object.values(X));"#,
        r#"import * as X from "@acme/x"; export const a = pgTable("a", { x: text("x").default(X.name) });"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x") }, (t) => [check("c", sql`${t.x} in (${sql.raw(X.map((x) => x).join())})`)]);"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x") }, (t) => [check("c", sql`${t.x} = ${X}`)]);"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x") }, (t) => [check("c", X(t.x))]);"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x") }, (t) => [index(X).on(t.x)]);"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x") }, (t) => [index("i").on(t.x).where(X)]);"#,
        r#"import { X } from "@acme/x"; export const a = pgTable("a", { x: text("x") }, () => X);"#,
        r#"export { X } from "@acme/x";"#,
        r#"export * from "@acme/x"; export const a = pgTable("a", { x: text("x") });"#,
    ] {
        let fault = fault_of(schema);
        let known = ["drizzle.stand_in", "drizzle.threw"].contains(&fault.kind);
        assert!(known && fault.to_string().contains("@acme/x"), "{schema}\n{fault}");
    }
}

#[test]
fn a_decision_on_a_stand_in_is_refused_if_it_changes_the_schema() {
    for condition in [
        r#"X ? 1 : 2"#,
        r#"!X ? 1 : 2"#,
        r#"X && 1 || 2"#,
        r#"X === "yes" ? 1 : 2"#,
        r#"X.a.b !== 3 ? 1 : 2"#,
        r#"X() > 3 ? 1 : 2"#,
        r#"typeof X === "string" ? 1 : 2"#,
        r#"X instanceof Map ? 1 : 2"#,
        r#"["a", "b"].includes(X) ? 1 : 2"#,
        r#"new Set(["a"]).has(X) ? 1 : 2"#,
        r#"({ a: 1, b: 2 })[X] ?? 3"#,
        r#"(() => { switch (X) { case "a": return 1; default: return 2; } })()"#,
        r#"(() => { if (X.on) return 1; return 2; })()"#,
        r#"[1, 2].find((n) => n === X) ?? 3"#,
        r#""name" in X ? 1 : 2"#,
        r#"/a/.test(X) ? 1 : 2"#,
    ] {
        let schema = format!(
            "import {{ X }} from \"@acme/x\";\nexport const a = pgTable(\"a\", {{ x: integer(\"x\").default({condition}) }});"
        );
        let fault = fault_of(&schema);
        assert_eq!(fault.kind, "drizzle.stand_in", "{schema}\n{fault}");
    }
    // drizzle-orm itself decides on the option.
    let schema = "import { X } from \"@acme/x\";\nexport const a = pgTable(\"a\", { x: timestamp(\"x\", { withTimezone: X }) });";
    assert_eq!(read(schema).unwrap_err().kind, "drizzle.stand_in");
}

#[test]
fn what_does_not_reach_the_schema_does_no_harm() {
    let project = read(
        r#"
        import postgres from "postgres";
        import * as monitoring from "@acme/monitoring";
        import { memo } from "@acme/memo";
        import { ROLES } from "@acme/roles";
        import net from "node:net";
        monitoring.start({ dsn: process.env.MONITORING_DSN });
        if (process.env.NODE_ENV === "test" && !process.env.DATABASE_URL) throw new Error("no database");
        export const client = postgres(process.env.DATABASE_URL!, { max: Number(process.env.POOL_MAX) });
        export const find = memo(async () => client`select 1`);
        const socket = new net.Socket();
        socket.setTimeout(monitoring.limit > 3 ? 1 : 2);
        export const a = pgTable("a", { x: text("x", { enum: ROLES }).$defaultFn(() => String(Date.now())) });
        "#,
    )
    .unwrap();
    assert_eq!(project.statements.len(), 1);
    let stood_in = project.notes.iter().filter(|note| matches!(note, Note::StandIn { .. })).count();
    let variables = project.notes.iter().filter(|note| matches!(note, Note::Environment { .. })).count();
    assert_eq!((stood_in, variables), (5, 4), "{:#?}", project.notes);
}

#[test]
fn the_environment_the_clock_and_dice_are_refused_where_they_reach_the_schema() {
    let table =
        |default: &str| format!("export const a = pgTable(\"a\", {{ x: text(\"x\").default({default}) }});");
    for (default, place) in [
        ("process.env.X!", "schema.ts:3:54"),
        ("process.env.X ?? \"a\"", "schema.ts:3:54"),
        ("process.env.X === \"b\" ? \"c\" : \"d\"", "schema.ts:3:54"),
        ("process.env.NODE_ENV === \"production\" ? \"c\" : \"d\"", "schema.ts:3:54"),
        ("process.env.NODE_ENV === \"test\" ? \"c\" : \"d\"", "schema.ts:3:54"),
        ("process.env.DB_URL?.startsWith(\"mysql\") ? \"c\" : \"d\"", "schema.ts:3:54"),
        ("String(\"X\" in process.env)", "schema.ts:3:68"),
        ("String(Number(process.env.X) || 5)", "schema.ts:3:68"),
        ("String(parseInt(process.env.X ?? \"\", 10) || 5)", "schema.ts:3:70"),
    ] {
        refused(&table(default), "drizzle.environment", place);
    }
    refused(&table("String(Date.now())"), "drizzle.clock", "schema.ts:3:66");
    refused(&table("new Date().toISOString()"), "drizzle.clock", "schema.ts:3:58");
    refused(&table("String(Math.random())"), "drizzle.random", "schema.ts:3:66");
    refused(&table("crypto.randomUUID()"), "drizzle.random", "schema.ts:3:61");
}

#[test]
fn an_answered_variable_is_used() {
    let schema = "export const a = pgTable(`${process.env.PREFIX ?? \"none\"}_a`, { x: text(\"x\") });";
    for (answer, name) in [(Some("acme".to_owned()), "acme_a"), (None, "none_a")] {
        let options = Options { environment: [("PREFIX".to_owned(), answer)].into(), ..Options::default() };
        let project = read_with(&[], schema, &options).unwrap();
        assert_eq!(project.tables[0].name.name.as_str(), name);
        assert!(project.notes.is_empty(), "{:#?}", project.notes);
    }
}

#[test]
fn errors_point_into_the_typescript() {
    refused(
        "interface A { a: string }\nexport const a = pgTable(\"a\", { x: text(\"x\") );",
        "drizzle.syntax",
        "schema.ts:4:46",
    );
    refused(
        "type T = { a: string };\n\nconst broken = (t?: T): string => t!.a;\nexport const a = pgTable(\"a\", { x: text(broken()) });",
        "drizzle.threw",
        "schema.ts:5:35",
    );
    refused(
        "import { b } from \"./absent\";\nexport const a = b;",
        "drizzle.import_missing",
        "schema.ts:3:19",
    );
    refused(
        "import b from \"../../../../../etc/hostname\";\nexport const a = b;",
        "drizzle.outside",
        "schema.ts:3:15",
    );
    refused(
        "export const a = pgTable(\"a\", { x: text(\"x\") });\nexport const b = pgTable(\"a\", { x: text(\"x\") });",
        "drizzle.twice",
        "schema.ts:3:14",
    );
    refused(
        "export const a = pgTable(\"a\", { x: text(\"x\") }, (t) => [index().on(sql`lower(${t.x})`)]);",
        "drizzle.threw",
        "schema.ts:3:14",
    );
}

#[test]
fn mistakes_are_named_where_they_were_made() {
    let said = |schema: &str, place: &str, words: &str| {
        let fault = refused(schema, "drizzle.threw", place);
        assert!(fault.to_string().contains(words), "{fault}");
    };
    said(
        "export const a = pgTable(\"a\", {\n  x: text(\"x\").notNul(),\n});",
        "schema.ts:4:16",
        "notNul is not a function",
    );
    // The stacks of these hold nothing of the project.
    said(
        "export const a = pgTable(\"a\", { x: integer(\"x\").references(() => a.y) });",
        "schema.ts:3:14",
        "public.a",
    );
    let imports = "import { pgView } from \"drizzle-orm/pg-core\";\n";
    let view = "export const v = pgView(\"v\").as((qb) => { const w = qb.$with(\"w\").as(qb.select({ n: sql`1` }).from(a)); \
                return qb.with(w).select({ n: w.n }).from(w); });";
    let table = "export const a = pgTable(\"a\", { x: integer(\"x\") });\n";
    let fault = fault_of(&[imports, table, view].concat());
    assert!(fault.place.as_deref().is_some_and(|at| at.contains("schema.ts:5:")), "{fault}");
    let alias = r#"import { X } from "@/lib/x"; export const a = pgTable("a", { x: text("x").default(X) });"#;
    let fault = refused(alias, "drizzle.stand_in", "schema.ts:3:19");
    assert!(fault.to_string().contains("is no file of the project"), "{fault}");
}

#[test]
fn a_namespace_among_the_exports_does_no_harm() {
    let files = [("helpers.ts", "export const helper = 1;")];
    let schema =
        "export * as helpers from \"./helpers\"; export const a = pgTable(\"a\", { x: text(\"x\") });";
    assert_eq!(read_with(&files, schema, &Options::default()).unwrap().tables.len(), 1);
}

#[test]
fn time_and_memory_are_bounded() {
    let helper = "export function helper(n: number): string {\n  while (true) { n++; }\n}\n";
    let options = Options { time_ms: 500, ..Options::default() };
    let schema =
        "import { helper } from \"./helper\";\nexport const a = pgTable(\"a\", { x: text(helper(1)) });";
    let fault = read_with(&[("helper.ts", helper)], schema, &options).unwrap_err();
    assert_eq!(fault.kind, "drizzle.time");
    assert!(
        fault.what.contains("helper.ts")
            && fault.place.as_deref().is_some_and(|at| at.contains("helper.ts:2")),
        "{fault}"
    );

    let options = Options { memory_bytes: 64 << 20, ..Options::default() };
    let schema = "const hoard: string[] = [];\nwhile (true) hoard.push(\"x\".repeat(9999) + hoard.length);";
    let fault = read_with(&[], schema, &options).unwrap_err();
    assert_eq!(fault.kind, "drizzle.memory", "{fault}");
    assert!(fault.place.as_deref().is_some_and(|at| at.contains("schema.ts")), "{fault}");

    assert_eq!(read("await new Promise(() => {});").unwrap_err().kind, "drizzle.waits");
    assert_eq!(
        read("const f = (n: number): number => f(n + 1) + 1;\nf(0);").unwrap_err().kind,
        "drizzle.threw"
    );
}

#[test]
fn the_sandbox_reaches_nothing_outside() {
    let secret = "export const secret = 1;";
    for (expression, kind) in [
        ("require(\"node:fs\").readFileSync(\"/etc/hostname\", \"utf8\")", "drizzle.threw"),
        ("require(\"fs\").readFileSync(\".env\", \"utf8\")", "drizzle.threw"),
        ("require(\"fs\").writeFileSync(\"made.txt\", \"x\")", "drizzle.threw"),
        ("process.exit(0)", "drizzle.threw"),
        ("require(\"child_process\").execSync(\"id\").toString()", "drizzle.stand_in"),
        ("String(await fetch(\"https://example.com\"))", "drizzle.stand_in"),
    ] {
        let schema = format!("export const a = pgTable(\"a\", {{ x: text(\"x\").default({expression}) }});");
        let fault =
            read_with(&[(".env", "PASSWORD=secret"), ("secret.ts", secret)], &schema, &Options::default());
        assert_eq!(fault.unwrap_err().kind, kind, "{expression}");
    }
}

#[test]
fn drizzle_orm_has_to_be_installed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("package.json"), "{\"dependencies\": {\"drizzle-orm\": \"^0.45.0\"}}")
        .unwrap();
    std::fs::write(folder.path().join("pnpm-lock.yaml"), "").unwrap();
    std::fs::write(folder.path().join("schema.ts"), "export {};").unwrap();
    let fault = drizzle::read(&folder.path().join("schema.ts"), &Options::default()).unwrap_err();
    assert_eq!(fault.kind, "drizzle.not_installed");
    assert!(fault.help.as_deref().is_some_and(|help| help.contains("pnpm install")), "{fault}");
}
