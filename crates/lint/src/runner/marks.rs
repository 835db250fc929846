//! What tells a runner: comments in a file, its name, its folder.

use parse::Script;

use super::Runner;

/// A mark is compared without blanks and in lower case: people write `--+goose up` too.
const OF_TEXT: [(&str, Runner); 9] = [
    ("-->statement-breakpoint", Runner::Drizzle),
    ("--+gooseup", Runner::Goose),
    ("--migrate:up", Runner::Dbmate),
    ("--+migrateup", Runner::SqlMigrate),
    ("--upmigration", Runner::NodePgMigrate),
    ("----createabove/dropbelow----", Runner::Tern),
    ("----tern:disable-tx----", Runner::Tern),
    ("--atlas:", Runner::Atlas),
    ("--liquibaseformattedsql", Runner::Liquibase),
];

/// What begins the way back in a file that holds both ways.
const BACK: [&str; 6] = [
    "--+goosedown",
    "--migrate:down",
    "--downmigration",
    "--+migratedown",
    "----createabove/dropbelow----",
    "--//@undo",
];

/// What begins the way forward.
const FORTH: [&str; 4] = ["--+gooseup", "--migrate:up", "--upmigration", "--+migrateup"];

/// The longest of them, so that no more of a comment is looked at.
const MARK_BYTES_MAX: usize = 40;

/// A comment as marks are compared.
pub(super) fn bare(comment: &str) -> String {
    let letters = comment.chars().filter(|c| !c.is_whitespace()).take(MARK_BYTES_MAX);
    letters.flat_map(char::to_lowercase).collect()
}

/// The runner that comments tell of.
pub(super) fn of_text(text: &str) -> Option<Runner> {
    if text.starts_with("-- no-transaction") {
        return Some(Runner::Sqlx);
    }
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let comment = rest[at..].lines().next().unwrap_or_default();
        let mark = bare(comment);
        if let Some((_, runner)) = OF_TEXT.iter().find(|(known, _)| mark.starts_with(known)) {
            return Some(*runner);
        }
        rest = &rest[at + comment.len()..];
    }
    None
}

/// The runner that a path tells of.
pub(super) fn of_path(path: &str) -> Option<Runner> {
    let path = path.replace('\\', "/");
    let file = path.rsplit('/').next().unwrap_or_default();
    let within = |folder: &str| {
        path.match_indices(folder).any(|(at, _)| {
            let after = path.as_bytes().get(at + folder.len()) == Some(&b'/');
            after && (at == 0 || path.as_bytes()[at - 1] == b'/')
        })
    };
    Some(match file {
        _ if within("drizzle") => Runner::Drizzle,
        "migration.sql" => Runner::Prisma,
        "up.sql" | "down.sql" => Runner::Diesel,
        _ if is_flyway(file) => Runner::Flyway,
        _ if within("db/migrate") => Runner::Rails,
        _ if within("supabase/migrations") => Runner::Supabase,
        _ if file.ends_with(".up.sql") || file.ends_with(".down.sql") => Runner::GolangMigrate,
        _ => return None,
    })
}

/// `V2__name.sql`, `U2__name.sql`, `R__name.sql`.
pub(crate) fn is_flyway(file: &str) -> bool {
    let Some((version, _)) = file.split_once("__") else { return false };
    let mut chars = version.chars();
    match chars.next() {
        Some('V' | 'U') => version.len() > 1 && chars.all(|c| c.is_ascii_digit() || c == '.' || c == '_'),
        Some('R') => version == "R",
        _ => false,
    }
}

/// The part of a file that undoes it, where it holds both ways; nothing in it is a migration.
pub(crate) fn undo_part(script: &Script<'_>) -> Option<std::ops::Range<usize>> {
    let marked = |marks: &[&str], from: usize| {
        script.comments.iter().find(|comment| {
            comment.start >= from && {
                let text = bare(comment.of(script.text));
                marks.iter().any(|mark| text.starts_with(mark))
            }
        })
    };
    let down = marked(&BACK, 0)?;
    let up = marked(&FORTH, down.end);
    Some(down.start..up.map_or(script.text.len(), |comment| comment.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_undoes_is_found() {
        for text in [
            "-- migrate:up\nCREATE TABLE a ();\n-- migrate:down\nDROP TABLE a;\n",
            "CREATE TABLE a ();\n---- create above / drop below ----\nDROP TABLE a;\n",
        ] {
            let script = parse::parse(text);
            let undo = undo_part(&script).unwrap();
            assert!(undo.contains(&script.statements[1].span.start));
            assert!(!undo.contains(&script.statements[0].span.start));
        }
    }

    #[test]
    fn a_folder_counts_whole() {
        assert_eq!(of_path("src/drizzled/a.sql"), None);
        assert_eq!(of_path("src\\drizzle\\a.sql"), Some(Runner::Drizzle));
    }
}
