use crate::{Ident, Identity, Literal, Name, Sequence, SequenceOptions, Sql, sql};

/// `CREATE SEQUENCE` without `OWNED BY`, which waits until the owning table exists.
pub(super) fn create(name: &Name, sequence: &Sequence) -> Sql {
    sql!("CREATE SEQUENCE {} {}", name, sequence.options.definition(true))
}

/// What `ALTER SEQUENCE` makes of one into the other.
pub(super) fn alter(name: &Name, from: &Sequence, to: &Sequence) -> Vec<Sql> {
    let mut out = Vec::new();
    if narrows(&from.options, &to.options) {
        let (min, max) = both(&from.options, &to.options);
        out.push(sql!("ALTER SEQUENCE {} AS bigint MINVALUE {} MAXVALUE {}", name, min, max));
        out.push(step_into(&sql!("{}", Literal::new(name.to_string())), &to.options));
    }
    if from.options != to.options {
        out.push(sql!("ALTER SEQUENCE {} {}", name, to.options.definition(true)));
    }
    if from.owned_by != to.owned_by {
        let owner = match &to.owned_by {
            Some((table, column)) => sql!("{}.{}", table, column),
            None => sql!("NONE"),
        };
        out.push(sql!("ALTER SEQUENCE {} OWNED BY {}", name, owner));
    }
    out
}

/// What `ALTER COLUMN` makes of one identity into the other.
pub(super) fn alter_identity(table: &Name, column: &Ident, from: &Identity, to: &Identity) -> Vec<Sql> {
    let (old, new) = (&from.sequence, &to.sequence);
    let mut out = Vec::new();
    if narrows(old, new) {
        let (min, max) = both(old, new);
        out.push(sql!(
            "ALTER TABLE {} ALTER COLUMN {} SET MINVALUE {} SET MAXVALUE {}",
            table,
            column,
            min,
            max
        ));
        let sequence = sql!(
            "pg_get_serial_sequence({}, {})",
            Literal::new(table.to_string()),
            Literal::new(column.as_str())
        );
        out.push(step_into(&sequence, new));
    }
    let generated = Sql::verbatim(if to.always { "ALWAYS" } else { "BY DEFAULT" });
    out.push(sql!(
        "ALTER TABLE {} ALTER COLUMN {} SET GENERATED {} SET INCREMENT BY {} SET MINVALUE {} \
         SET MAXVALUE {} SET START WITH {} SET CACHE {} SET {}",
        table,
        column,
        generated,
        new.increment,
        new.min,
        new.max,
        new.start,
        new.cache,
        Sql::verbatim(if new.cycle { "CYCLE" } else { "NO CYCLE" })
    ));
    out
}

/// Whether the place where the sequence is may be out of its new bounds.
fn narrows(from: &SequenceOptions, to: &SequenceOptions) -> bool {
    to.min > from.min || to.max < from.max
}

/// Bounds within which both are.
fn both(from: &SequenceOptions, to: &SequenceOptions) -> (i64, i64) {
    (from.min.min(to.min), from.max.max(to.max))
}

/// Moves the sequence into its new bounds, which the server demands before it takes them; within them it
/// stays where it is, and one that was never used starts where it should.
fn step_into(sequence: &Sql, to: &SequenceOptions) -> Sql {
    sql!(
        "SELECT setval(s.id, greatest({}, least({}, coalesce(s.last, {}))), coalesce(s.last BETWEEN {} AND {}, false)) \
         FROM (SELECT {}::regclass AS id, pg_sequence_last_value({}::regclass) AS last) s",
        to.min,
        to.max,
        to.start,
        to.min,
        to.max,
        sequence,
        sequence
    )
}
