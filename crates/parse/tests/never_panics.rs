//! Any text at all is read to its end, and in time linear in its length.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// `LOCKKEEPER_FUZZ_CASES`: how many texts are read.
fn cases() -> u64 {
    let cases = std::env::var("LOCKKEEPER_FUZZ_CASES").ok().and_then(|text| text.parse().ok());
    cases.unwrap_or(2_000)
}

/// `LOCKKEEPER_FUZZ_FIRST`: the number of the first text. A number always makes the same text.
fn first() -> u64 {
    std::env::var("LOCKKEEPER_FUZZ_FIRST").ok().and_then(|text| text.parse().ok()).unwrap_or(0)
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

/// Numbers that cost next to nothing (SplitMix64), so that the time goes into reading.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap_or(0)
    }
}

/// The statements that damage is done to.
fn sound() -> Vec<&'static str> {
    let text = include_str!("../../../examples/funds/before.sql");
    parse::split(text).into_iter().map(|span| span.of(text)).collect()
}

/// The text of this number: any characters, fragments in a row, fragments in a block, or a damaged statement.
fn write(number: u64, sound: &[&str], text: &mut String) {
    let mut dice = Dice(number);
    text.clear();
    match number % 4 {
        0 => {
            for _ in 0..dice.below(60) {
                let limit = [0x80, 0x80, 0x250, 0x11_0000][dice.below(4)];
                text.extend(u32::try_from(dice.below(limit)).ok().and_then(char::from_u32));
            }
        }
        1 => soup(&mut dice, text),
        2 => {
            text.push_str("DO $x$ BEGIN ");
            soup(&mut dice, text);
            text.push_str(" END $x$;");
        }
        _ => {
            text.push_str(sound[dice.below(sound.len())]);
            for _ in 0..=dice.below(3) {
                damage(&mut dice, text);
            }
        }
    }
}

fn soup(dice: &mut Dice, text: &mut String) {
    for _ in 0..dice.below(20) {
        text.push_str(FRAGMENTS[dice.below(FRAGMENTS.len())]);
        text.push(' ');
    }
}

/// Takes something out, puts something in, or cuts off.
fn damage(dice: &mut Dice, text: &mut String) {
    let place = |dice: &mut Dice, text: &str| {
        let at = dice.below(text.len() + 1);
        (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
    };
    let (a, b) = (place(dice, text), place(dice, text));
    match dice.below(4) {
        0 => text.truncate(a),
        1 => drop(text.drain(a.min(b)..a.max(b))),
        2 => text.insert_str(a, FRAGMENTS[dice.below(FRAGMENTS.len())]),
        _ => {
            let again = text[a.min(b)..a.max(b)].to_owned();
            text.insert_str(a, &again);
        }
    }
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
}

#[test]
fn on_any_text() {
    let (first, cases, sound) = (first(), cases(), sound());
    let mut text = String::new();
    let start = Instant::now();
    for number in first..first + cases {
        write(number, &sound, &mut text);
        // One text in five is read as an expression, the others as a file.
        let read = catch_unwind(AssertUnwindSafe(|| match number % 5 {
            0 => drop(parse::Expression::parse(&text)),
            _ => visit(&text),
        }));
        assert!(read.is_ok(), "text {number}: {text:?}");
        let done = number + 1 - first;
        if done % 1_000_000 == 0 {
            println!("{done} texts in {:.0} s", start.elapsed().as_secs_f64());
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
