//! Any text at all is read to its end, and in time linear in its length.

use std::time::Instant;

use proptest::prelude::*;

/// `LOCKKEEPER_FUZZ_CASES`: how many texts each property tries.
fn cases() -> ProptestConfig {
    let cases = std::env::var("LOCKKEEPER_FUZZ_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: cases.unwrap_or(400), failure_persistence: None, ..ProptestConfig::default() }
}

/// Fragments that drive the scanner and the parser into their corners.
const FRAGMENTS: &[&str] = &[
    "ALTER TABLE",
    "CREATE",
    "TABLE",
    "INDEX",
    "DROP",
    "DO",
    "BEGIN",
    "END",
    "ATOMIC",
    "COLUMN",
    "ADD",
    "CONSTRAINT",
    "CHECK",
    "FOREIGN KEY",
    "REFERENCES",
    "NOT NULL",
    "NOT VALID",
    "DEFAULT",
    "TYPE",
    "USING",
    "CASCADE",
    "IF EXISTS",
    "CONCURRENTLY",
    "PARTITION OF",
    "FOR VALUES",
    "FROM",
    "TO",
    "SELECT",
    "INSERT INTO",
    "UPDATE",
    "SET",
    "WHERE",
    "DELETE",
    "WITH",
    "AS",
    "ENUM",
    "DOMAIN",
    "FUNCTION f()",
    "LANGUAGE plpgsql",
    "EXECUTE",
    "format(",
    "IF",
    "THEN",
    "LOOP",
    "END IF",
    "EXCEPTION WHEN others",
    "COPY t FROM stdin",
    "\\.",
    "\\set x",
    "\\;",
    "--",
    "/*",
    "*/",
    "'",
    "E'",
    "\"",
    "$$",
    "$a$",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ".",
    "::",
    "%",
    "||",
    "=",
    "-",
    "1",
    "a",
    "public.b",
    "int",
    "varchar(",
    "é",
    "\u{feff}",
    "\0",
    "\n",
    "U&'",
    "UESCAPE",
    "--> statement-breakpoint\n",
    "CASE",
    "GRANT",
    "COMMENT ON",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(FRAGMENTS), 0..40).prop_map(|parts| parts.join(" "))
}

/// Everything a caller may ask of a script.
fn visit(text: &str) {
    let script = parse::parse(text);
    let mut end = 0;
    for statement in &script.statements {
        assert!(statement.span.start >= end && statement.span.end <= text.len());
        end = statement.span.end;
        assert_eq!(statement.sql, &text[statement.span.start..statement.span.end]);
        statement.operations();
        for span in statement.actions.iter().map(|action| action.span) {
            script.position(span.start);
        }
    }
    parse::Expression::parse(text);
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn on_any_characters(text in any::<String>()) {
        visit(&text);
    }

    #[test]
    fn on_sql_soup(text in soup()) {
        visit(&text);
        visit(&format!("DO $x$ BEGIN {text} END $x$;"));
    }

    #[test]
    fn on_damaged_sql(cut in 0usize..600, insert in prop::sample::select(FRAGMENTS)) {
        let text = include_str!("../../../examples/funds/before.sql");
        let at = (cut * 7) % text.len();
        if text.is_char_boundary(at) {
            visit(&format!("{}{insert}{}", &text[..at], &text[at..]));
            visit(&text[at..]);
        }
    }
}

/// Texts that made naive scanners quadratic, each twice as long takes about twice as long.
#[test]
fn in_linear_time() {
    for unit in [
        "'",
        "$a$\n;\n",
        "/* ",
        "SELECT 1;\n",
        "$a",
        "(",
        "COPY t FROM stdin;\n",
        "a.",
        "\\x\n",
        "INSERT INTO t VALUES (1);",
    ] {
        // The best of several: on a busy machine any one run may have had to wait.
        let time = |count: usize| {
            let text = unit.repeat(count);
            let runs = (0..5).map(|_| {
                let start = Instant::now();
                parse::split(&text);
                start.elapsed().as_secs_f64()
            });
            runs.fold(f64::INFINITY, f64::min)
        };
        time(1_000);
        let (short, long) = (time(20_000), time(80_000));
        assert!(long < 0.05 + 12.0 * short, "{unit:?}: {short} s, then {long} s");
    }
}
