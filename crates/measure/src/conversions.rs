//! Reads what decides conversions from a server's catalogs, and tries values.

use connect::Session;
use facts::{
    BtreeClass, CastContext, CastFact, CastMethod, Majors, Simplifies, TypeFact, TypeFile, ValuesFact,
};
use model::{Fault, Literal, Name, Sql, TypeName, sql};

/// The types with values from their edges.
const TYPES: &str = include_str!("../cases/types.txt");

/// A type and values of it.
struct Sampled {
    name: &'static str,
    values: Vec<&'static str>,
}

fn sampled() -> Vec<Sampled> {
    let lines = TYPES.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &'static str| {
        let mut fields = line.split('\t');
        Some(Sampled { name: fields.next()?, values: fields.collect() })
    };
    lines.filter_map(sample).collect()
}

/// Values from the edges of a type with sizes, which cut them where they are too long; for an array,
/// arrays of them.
pub(crate) fn samples(type_name: &TypeName) -> Vec<String> {
    let Some(spelled) = facts::spell(&type_name.0) else { return Vec::new() };
    let of_base = sampled().into_iter().find(|one| one.name == spelled.base);
    let values = of_base.map(|one| one.values).unwrap_or_default();
    let small_number = |value: &&&str| spelled.base != "numeric" || value.len() < 5;
    let values = values.iter().filter(small_number);
    let element = |value: &&str| match spelled.array {
        true => format!("{{\"{value}\"}}"),
        false => (*value).to_owned(),
    };
    values.map(element).collect()
}

/// Reads everything on one server.
///
/// # Errors
/// `measure.types` when a question fails.
pub(crate) async fn read(session: &Session) -> Result<TypeFile, Fault> {
    run(session, "CREATE EXTENSION citext SCHEMA public").await?;
    run(session, "SET search_path = public").await?;
    let majors = Majors::one(session.server().major);
    let sampled = sampled();
    let mut file = TypeFile::default();
    for one in &sampled {
        file.types.push(type_fact(session, one.name, majors).await?);
    }
    file.casts = casts(session, &sampled, majors).await?;
    for from in &sampled {
        for to in sampled.iter().filter(|to| to.name != from.name) {
            file.values.extend(values(session, from, to.name, majors).await?);
        }
    }
    Ok(file)
}

/// A type's name as a cast without sizes writes it: `character` alone would be one character.
fn unsized_name(name: &str) -> Sql {
    match name {
        "character" => sql!("{}", Name::new("pg_catalog", "bpchar")),
        "bit" => Sql::verbatim("pg_catalog.\"bit\""),
        other => Sql::verbatim(other),
    }
}

async fn type_fact(session: &Session, name: &str, majors: Majors) -> Result<TypeFact, Fault> {
    let question = "SELECT t.typcategory = 'S', s.oid IS NOT NULL, s.prosupport::text
        FROM pg_type AS t
        LEFT JOIN pg_cast AS c ON c.castsource = t.oid AND c.casttarget = t.oid
        LEFT JOIN pg_proc AS s ON s.oid = c.castfunc
        WHERE t.oid = ($1::text)::regtype";
    let row = session.query_one(question, &[&name]).await.map_err(|error| failed(name, &error))?;
    let has_sizes: bool = row.get(1);
    let support: Option<String> = row.get(2);
    Ok(TypeFact {
        name: name.to_owned(),
        majors,
        text: row.get(0),
        btree: btree(session, name).await?,
        simplifies: if has_sizes { Some(simplifies(support.as_deref())?) } else { None },
    })
}

/// The rule of a support function.
fn simplifies(support: Option<&str>) -> Result<Simplifies, Fault> {
    Ok(match support {
        None | Some("-") => Simplifies::Never,
        Some("varchar_support" | "varbit_support") => Simplifies::Length,
        Some("numeric_support") => Simplifies::Numeric,
        Some("time_support" | "timestamp_support") => Simplifies::Precision,
        Some("interval_support") => Simplifies::Interval,
        Some(other) => {
            return Err(Fault::new("measure.types", format!("nobody knows the rule of {other}()")));
        }
    })
}

/// The operator class of a btree index on the type, made to see.
async fn btree(session: &Session, name: &str) -> Result<Option<BtreeClass>, Fault> {
    run(session, sql!("CREATE TABLE indexed (c {})", unsized_name(name)).as_str()).await?;
    let index = session.batch_execute("CREATE INDEX indexed_c ON indexed (c)").await;
    let class = session.query_opt(
        "SELECT opcname::text, typtype = 'p' FROM pg_index JOIN pg_opclass ON pg_opclass.oid = indclass[0]
            JOIN pg_type ON pg_type.oid = opcintype
        WHERE indrelid = 'indexed'::regclass",
        &[],
    );
    let class = class.await.map_err(|error| failed(name, &error))?;
    run(session, "DROP TABLE indexed").await?;
    Ok(index.ok().and(class).map(|row| BtreeClass { name: row.get(0), takes_any: row.get(1) }))
}

async fn casts(session: &Session, sampled: &[Sampled], majors: Majors) -> Result<Vec<CastFact>, Fault> {
    let names: Vec<&str> = sampled.iter().map(|one| one.name).collect();
    let question = "SELECT format_type(castsource, NULL), format_type(casttarget, NULL), castcontext::text,
            castmethod::text
        FROM pg_cast WHERE castsource <> casttarget AND format_type(castsource, NULL) = ANY($1)
          AND format_type(casttarget, NULL) = ANY($1) ORDER BY 1, 2";
    let rows = session.query(question, &[&names]).await.map_err(|error| failed("casts", &error))?;
    let cast = |row: &tokio_postgres::Row| CastFact {
        from: row.get(0),
        to: row.get(1),
        majors,
        context: match row.get(2) {
            "i" => CastContext::Implicit,
            "a" => CastContext::Assignment,
            _ => CastContext::Explicit,
        },
        method: match row.get(3) {
            "b" => CastMethod::Binary,
            "f" => CastMethod::Function,
            _ => CastMethod::InOut,
        },
    };
    Ok(rows.iter().map(cast).collect())
}

/// Converts each value and back; none where nothing happens to them, or there is no such conversion.
async fn values(
    session: &Session,
    from: &Sampled,
    to: &str,
    majors: Majors,
) -> Result<Option<ValuesFact>, Fault> {
    let mut fact =
        ValuesFact { from: from.name.to_owned(), to: to.to_owned(), majors, fails: false, changes: false };
    for value in &from.values {
        match comes_back(session, value, from.name, to).await? {
            Tried::NoSuchCast => return Ok(None),
            Tried::Fails => fact.fails = true,
            Tried::ComesBack(same) => fact.changes |= !same,
        }
    }
    Ok((fact.fails || fact.changes).then_some(fact))
}

enum Tried {
    /// The types do not convert at all.
    NoSuchCast,
    /// This value does not convert.
    Fails,
    /// It converts; whether converting it back gives the same value.
    ComesBack(bool),
}

async fn comes_back(session: &Session, value: &str, from: &str, to: &str) -> Result<Tried, Fault> {
    /// `cannot_coerce`: there is no cast, whatever the value.
    const CANNOT_COERCE: &str = "42846";
    let there = sql!("({}::{})::{}", Literal::new(value), unsized_name(from), unsized_name(to));
    match session.query_one(sql!("SELECT ({})::text", there).as_str(), &[]).await {
        Err(error) if connect::sqlstate(&error) == Some(CANNOT_COERCE) => return Ok(Tried::NoSuchCast),
        Err(error) if error.as_db_error().is_none() => return Err(failed(from, &error)),
        Err(_) => return Ok(Tried::Fails),
        Ok(_) => {}
    }
    // Documents are sampled as jsonb writes them, so that their text tells whether they are the same.
    let text = |value: Sql| sql!("({})::text", value);
    let before = text(sql!("{}::{}", Literal::new(value), unsized_name(from)));
    for back in
        [sql!("({})::{}", there, unsized_name(from)), sql!("({})::text::{}", there, unsized_name(from))]
    {
        let same = sql!("SELECT {} IS NOT DISTINCT FROM {}", text(back), before);
        if let Ok(row) = session.query_one(same.as_str(), &[]).await {
            return Ok(Tried::ComesBack(row.get(0)));
        }
    }
    Ok(Tried::ComesBack(false))
}

async fn run(session: &Session, sql: &str) -> Result<(), Fault> {
    session.batch_execute(sql).await.map_err(|error| failed(sql, &error))
}

fn failed(what: &str, error: &tokio_postgres::Error) -> Fault {
    connect::fault("measure.types", format!("{what} cannot be read from the server"), error)
}
