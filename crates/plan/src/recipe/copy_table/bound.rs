//! What is bound to a table by its number, and not by its name, as the server knows it at that moment.

use model::{Ident, Literal, Name, Sql, sql};

/// What is told again when the copies take their places, and so may be bound until then.
pub(super) struct Known<'a> {
    /// The tables themselves, whose policies come with them.
    pub(super) tables: Vec<Name>,
    /// What reads them.
    pub(super) readers: Readers<'a>,
}

/// What reads a table, by what finds it.
#[derive(Default)]
pub(super) struct Readers<'a> {
    pub(super) views: Vec<&'a Name>,
    pub(super) routines: Vec<String>,
    pub(super) policies: Vec<(&'a Name, &'a Ident)>,
    pub(super) rules: Vec<(&'a Name, &'a Ident)>,
}

/// A query with one line for everything that is bound to the table and is not known.
pub(super) fn to(table: &Name, known: &Known<'_>, major: u32) -> Sql {
    let of = Literal::new(table.to_string());
    let readers = &known.readers;
    let mut out = sql!(
        "SELECT format('%s stands on %s', pg_describe_object(d.classid, d.objid, d.objsubid), {}) FROM pg_depend d
  WHERE d.refclassid = 'pg_class'::regclass AND d.refobjid = {}::regclass AND d.deptype IN ('n', 'a')
    AND (d.classid = 'pg_statistic_ext'::regclass
      OR d.classid = 'pg_rewrite'::regclass AND NOT EXISTS (SELECT FROM pg_rewrite r WHERE r.oid = d.objid
        AND (r.ev_class = ANY ({}) OR (r.ev_class::oid, r.rulename::text) IN ({})))
      OR d.classid = 'pg_proc'::regclass AND d.objid <> ALL ({})
      OR d.classid = 'pg_policy'::regclass AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.oid = d.objid
        AND (p.polrelid = ANY ({}) OR (p.polrelid::oid, p.polname::text) IN ({})))
      OR d.classid = 'pg_class'::regclass AND EXISTS
        (SELECT FROM pg_class c WHERE c.oid = d.objid AND c.relkind NOT IN ('i', 'S', 't')))
UNION ALL SELECT format('%s has the type of a row of %s', pg_describe_object(d.classid, d.objid, d.objsubid), {})
  FROM pg_depend d JOIN pg_type t ON d.refclassid = 'pg_type'::regclass AND d.refobjid IN (t.oid, t.typarray)
  WHERE t.typrelid = {}::regclass AND d.deptype IN ('n', 'a')
UNION ALL SELECT format('publication %I publishes %s', p.pubname, {}) FROM pg_publication p
  WHERE p.puballtables OR EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid AND r.prrelid = {}::regclass)
UNION ALL SELECT format('a subscription writes into %s', {}) FROM pg_subscription_rel s WHERE s.srrelid = {}::regclass
UNION ALL SELECT format('%s inherits, or is inherited from', {}) FROM pg_inherits i
  WHERE {}::regclass IN (i.inhrelid, i.inhparent)
UNION ALL SELECT format('%s is in a tablespace of its own', {}) FROM pg_class c
  WHERE c.oid = {}::regclass AND c.reltablespace <> 0",
        of,
        of,
        relations(readers.views.iter().copied()),
        parts(&readers.rules),
        routines(&readers.routines),
        relations(&known.tables),
        parts(&readers.policies),
        of,
        of,
        of,
        of,
        of,
        of,
        of,
        of,
        of,
        of
    );
    if major >= 15 {
        out = out.then(&sql!(
            "\nUNION ALL SELECT format('a publication publishes the schema of %s', {}) FROM pg_publication_namespace n \
             JOIN pg_class c ON c.relnamespace = n.pnnspid WHERE c.oid = {}::regclass",
            of,
            of
        ));
    }
    out
}

fn relations<'n>(names: impl IntoIterator<Item = &'n Name>) -> Sql {
    let each = names.into_iter().map(|name| sql!("to_regclass({})", Literal::new(name.to_string())));
    sql!("ARRAY[{}]::oid[]", Sql::join(each, ", "))
}

fn routines(identities: &[String]) -> Sql {
    let each = identities.iter().map(|identity| sql!("to_regprocedure({})", Literal::new(identity)));
    sql!("ARRAY[{}]::oid[]", Sql::join(each, ", "))
}

/// Policies or rules as pairs of table and name; a list of none has one that there is not.
fn parts(named: &[(&Name, &Ident)]) -> Sql {
    let none = sql!("(0::oid, '')");
    let each = named.iter().map(|(table, name)| {
        sql!("(to_regclass({})::oid, {})", Literal::new(table.to_string()), Literal::new(name.as_str()))
    });
    Sql::join(std::iter::once(none).chain(each), ", ")
}
