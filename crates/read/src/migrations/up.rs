//! Files that hold both ways: goose and dbmate mark the way back with a comment.

use super::Migration;

/// The comments that begin the way back, in lower case and without blanks.
const BACK: [&str; 2] = ["--+goosedown", "--migrate:down"];

/// Blanks the way back, so that what is left stands on its lines.
pub(super) fn keep_forward(migration: &mut Migration) {
    let mark = |line: &str| {
        let text: String = line.chars().filter(|c| !c.is_whitespace()).collect();
        BACK.iter().any(|back| text.to_lowercase().starts_with(back))
    };
    let mut at = 0;
    for line in migration.text.split_inclusive('\n') {
        if mark(line) {
            break;
        }
        at += line.len();
    }
    migration.text.truncate(at);
}

#[cfg(test)]
mod tests {
    use super::super::Digest;
    use super::*;

    #[test]
    fn the_way_back_is_left_out() {
        let kept = |text: &str| {
            let (name, digest) = (String::new(), Digest::of(text));
            let mut migration =
                Migration { name, path: "".into(), text: text.to_owned(), digest, when_ms: None };
            keep_forward(&mut migration);
            migration.text
        };
        assert_eq!(kept("-- migrate:up\nA;\n-- migrate:down\nB;"), "-- migrate:up\nA;\n");
        assert_eq!(kept("-- +goose Up\nA;\n-- +goose Down\nB;"), "-- +goose Up\nA;\n");
        assert_eq!(kept("A; -- migrate:down is a comment\nB;"), "A; -- migrate:down is a comment\nB;");
    }
}
