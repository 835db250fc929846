//! What statements are said to do.

use model::{Ident, Name, Operation};
use parse::{AlterChange, Demand, TypeReference, Verb};

fn verbs(text: &str) -> Vec<Verb> {
    let script = parse::parse(text);
    for statement in &script.statements {
        assert!(statement.errors.is_empty(), "{text}: {:?}", statement.errors);
    }
    script.statements.into_iter().flat_map(|it| it.actions).map(|action| action.verb).collect()
}

fn operations(text: &str) -> Vec<&'static str> {
    let script = parse::parse(text);
    script.statements.iter().flat_map(|it| it.operations()).map(Operation::name).collect()
}

fn changes(text: &str) -> Vec<AlterChange> {
    let verbs = verbs(text).into_iter();
    verbs.filter_map(|verb| if let Verb::Alter(it) = verb { Some(it.change) } else { None }).collect()
}

fn type_text(text: &str) -> String {
    let resolve = |name: &parse::Reference| name.in_schema(&Ident::new("public"));
    match changes(&format!("ALTER TABLE t ADD COLUMN c {text}")).remove(0) {
        AlterChange::AddColumn { column, .. } => {
            column.type_reference.expect("it has a type").type_name(resolve).0
        }
        other => panic!("{other:?}"),
    }
}

/// The right-hand sides are what `format_type` answered on PostgreSQL 18.
#[test]
fn types_have_the_names_the_catalog_gives_them() {
    for (written, catalog) in [
        ("int", "integer"),
        ("INT8", "bigint"),
        ("varchar", "character varying"),
        ("character varying ( 20 )", "character varying(20)"),
        ("char", "character(1)"),
        ("national char(3)", "character(3)"),
        ("\"char\"", "\"char\""),
        ("decimal(18, 2)", "numeric(18,2)"),
        ("numeric(5)", "numeric(5,0)"),
        ("float", "double precision"),
        ("float(24)", "real"),
        ("timestamp", "timestamp without time zone"),
        ("timestamp(3) with time zone", "timestamp(3) with time zone"),
        ("timestamptz(0)", "timestamp(0) with time zone"),
        ("time", "time without time zone"),
        ("interval day to second", "interval day to second"),
        ("bit", "bit(1)"),
        ("varbit(4)", "bit varying(4)"),
        ("pg_catalog.int4", "integer"),
        ("text[]", "text[]"),
        ("int[3][3]", "integer[]"),
        ("integer array", "integer[]"),
        ("bool", "boolean"),
        ("mood", "public.mood"),
        ("x.\"Mood\"[]", "x.\"Mood\"[]"),
        ("bpchar", "bpchar"),
        ("bpchar(3)", "character(3)"),
        ("vector(3)", "public.vector(3)"),
    ] {
        assert_eq!(type_text(written), catalog, "{written}");
    }
}

#[test]
fn serial_is_an_integer_that_fills_itself() {
    let AlterChange::AddColumn { column, .. } = changes("ALTER TABLE t ADD c bigserial").remove(0) else {
        panic!()
    };
    assert!(column.is_serial() && column.not_null() && column.fills_itself());
    assert!(column.type_reference.as_ref().is_some_and(TypeReference::is_serial));
}

#[test]
fn operations_are_named_in_the_statement_s_order() {
    for (text, wanted) in [
        ("ALTER TABLE t ADD a int", vec!["ADD_COLUMN"]),
        ("ALTER TABLE t ADD a int DEFAULT 1, DROP b", vec!["ADD_COLUMN_WITH_DEFAULT", "DROP_COLUMN"]),
        ("ALTER TABLE t ADD a int NOT NULL", vec!["ADD_COLUMN_NOT_NULL"]),
        ("ALTER TABLE t ADD a int NOT NULL DEFAULT 1", vec!["ADD_COLUMN_NOT_NULL_WITH_DEFAULT"]),
        ("ALTER TABLE t ADD a int DEFAULT NULL", vec!["ADD_COLUMN"]),
        ("ALTER TABLE t ADD a int REFERENCES p", vec!["ADD_COLUMN", "ADD_FOREIGN_KEY"]),
        ("ALTER TABLE t ALTER a SET NOT NULL, ALTER b SET NOT NULL", vec!["SET_NOT_NULL"]),
        ("ALTER INDEX i RENAME TO j", vec!["RENAME_INDEX"]),
        ("ALTER TABLE t RENAME TO u", vec!["RENAME_TABLE"]),
        ("ALTER VIEW v RENAME TO w", vec!["ALTER_VIEW"]),
        ("DROP TABLE a, b", vec!["DROP_TABLE"]),
        ("CREATE TYPE m AS ENUM ('a')", vec!["CREATE_ENUM"]),
        ("ALTER TYPE m ADD VALUE IF NOT EXISTS 'b' BEFORE 'a'", vec!["ADD_ENUM_VALUE"]),
        ("SELECT 1 INTO t", vec!["CREATE_TABLE"]),
        ("WITH a AS (DELETE FROM b RETURNING *) SELECT * FROM a", vec!["SELECT"]),
        ("DO $$ BEGIN ALTER TABLE t DROP a; END $$", vec!["DO", "DROP_COLUMN"]),
        ("BEGIN; SET lock_timeout = 1; COMMIT", vec!["TRANSACTION", "SET", "TRANSACTION"]),
        ("CREATE SCHEMA s CREATE TABLE t (a int)", vec!["CREATE_SCHEMA", "CREATE_TABLE"]),
        ("EXPLAIN ANALYZE DELETE FROM t", vec!["DELETE"]),
        ("VACUUM FULL t", vec!["VACUUM"]),
        ("DROP DATABASE d", vec!["OTHER"]),
    ] {
        assert_eq!(operations(text), wanted, "{text}");
    }
}

#[test]
fn constraints_inside_columns_hold_the_column() {
    let text = "CREATE TABLE t (a int PRIMARY KEY, b int UNIQUE REFERENCES p (x) ON DELETE CASCADE, CHECK (b IS NOT NULL))";
    let Verb::CreateTable(table) = verbs(text).remove(0) else { panic!() };
    let demands: Vec<&Demand> =
        table.columns.iter().flat_map(|it| &it.constraints).map(|it| &it.demand).collect();
    let a = vec![Ident::new("a")];
    assert!(matches!(demands[0], Demand::PrimaryKey { columns, .. } if *columns == a));
    assert!(
        matches!(demands[2], Demand::ForeignKey(key) if key.on_delete == model::ForeignKeyAction::Cascade)
    );
    let Demand::Check { expression } = &table.constraints[0].demand else { panic!() };
    assert!(expression.not_null_columns.contains(&Ident::new("b")));
}

#[test]
fn blocks_are_read_with_what_they_execute() {
    let text = "DO $$
        DECLARE n text := 'x';
        BEGIN
          ALTER TABLE a DROP b;
          IF NOT EXISTS (SELECT 1 FROM information_schema.tables) THEN
            EXECUTE 'ALTER TABLE ' || quote_ident('A') || ' DROP c';
          END IF;
          EXECUTE format('DROP TABLE %I', n);
          EXECUTE format('DROP TABLE %I', 'q');
        EXCEPTION WHEN OTHERS THEN NULL;
        END $$";
    let script = parse::parse(text);
    let dropped: Vec<(String, bool, u32)> = script.statements[0]
        .actions
        .iter()
        .filter_map(|action| {
            let name = match &action.verb {
                Verb::Alter(it) => it.relation.to_string(),
                Verb::Drop(it) => it.name.to_string(),
                Verb::Unknown(text) => text.clone(),
                _ => return None,
            };
            Some((name, action.conditional, script.position(action.span.start).line))
        })
        .collect();
    let unknown = "it executes a string that is only put together when it runs".to_owned();
    assert_eq!(
        dropped,
        [
            ("a".to_owned(), true, 4),
            ("\"A\"".to_owned(), true, 6),
            (unknown, true, 8),
            ("q".to_owned(), true, 9)
        ]
    );
}

#[test]
fn queries_name_what_they_touch() {
    let text = "WITH gone AS (DELETE FROM s.a WHERE id = 1 AND x > now() RETURNING *), n AS (SELECT 1)
        INSERT INTO b SELECT nextval('q') FROM gone JOIN c ON true, n WHERE EXISTS (SELECT FROM d FOR UPDATE)";
    let Verb::Query(query) = verbs(text).remove(0) else { panic!() };
    let reads: Vec<String> = query.reads.iter().map(ToString::to_string).collect();
    assert_eq!(reads, ["c", "d"]);
    let writes: Vec<String> = query.writes.iter().map(|write| write.table.to_string()).collect();
    assert_eq!(writes, ["b", "s.a"]);
    assert_eq!(query.writes[1].pinned, [Ident::new("id")]);
    assert!(query.writes[1].has_where && query.writes[0].from_others);
    assert!(!query.row_locks.is_empty());
    assert_eq!(
        query.functions.iter().find(|call| call.function.name.as_str() == "nextval").unwrap().arguments,
        [Some("q".to_owned())]
    );
    let Verb::Query(query) = verbs("UPDATE t SET a = 1 WHERE true").remove(0) else { panic!() };
    assert!(!query.writes[0].has_where);
}

#[test]
fn names_are_folded_and_cut_as_the_server_does() {
    let long = format!("DROP TABLE {}", "a".repeat(70));
    let Verb::Drop(drop) = verbs("DROP TABLE Pub.\"Mixed\"").remove(0) else { panic!() };
    assert_eq!(drop.name.in_schema(&Ident::new("x")), Name::new("pub", "Mixed"));
    let script = parse::parse(&long);
    assert_eq!(script.statements[0].long_names.len(), 1);
}
