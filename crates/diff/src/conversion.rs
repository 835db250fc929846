//! Which type changes PostgreSQL makes by itself.

use model::TypeName;

/// Whether `ALTER COLUMN TYPE` needs no `USING`: there is an assignment cast (`pg_cast.castcontext` a or
/// i), or the target is a character type, which everything converts to by its output function.
/// Source: `pg_cast` of PostgreSQL 18, built-in types.
pub(crate) fn by_assignment(from: &TypeName, to: &TypeName) -> bool {
    let (from, to) = (base(from), base(to));
    let families: [&[&str]; 6] = [
        &["smallint", "integer", "bigint", "numeric", "real", "double precision"],
        &["date", "timestamp without time zone", "timestamp with time zone"],
        &["inet", "cidr"],
        &["bit", "bit varying"],
        &["json", "jsonb"],
        &["time without time zone", "time with time zone"],
    ];
    from == to
        || matches!(to, "text" | "character varying" | "character") && !from.ends_with("[]")
        || families.iter().any(|family| family.contains(&from) && family.contains(&to))
}

/// The type without its modifier: `timestamp(3) without time zone` is `timestamp without time zone`.
fn base(type_name: &TypeName) -> &str {
    let text = type_name.0.as_str();
    match text {
        _ if text.starts_with("timestamp") && text.ends_with("without time zone") => {
            "timestamp without time zone"
        }
        _ if text.starts_with("timestamp") => "timestamp with time zone",
        _ if text.starts_with("time(") && text.ends_with("without time zone") => "time without time zone",
        _ if text.starts_with("time(") => "time with time zone",
        _ if text.ends_with("[]") => text,
        _ => text.split_once('(').map_or(text, |(base, _)| base),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_convert_and_strangers_do_not() {
        let by = |from: &str, to: &str| by_assignment(&TypeName::new(from), &TypeName::new(to));
        assert!(by("integer", "bigint") && by("numeric(10,2)", "integer"));
        assert!(by("timestamp(3) with time zone", "timestamp without time zone"));
        assert!(by("uuid", "text") && by("character varying(10)", "character varying(5)"));
        assert!(!by("text", "integer") && !by("integer", "boolean") && !by("integer[]", "text"));
    }
}
