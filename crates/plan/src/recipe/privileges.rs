//! Owner and privileges of views and routines that go and come again within one transaction. No schema tells of them,
//! and what is dropped takes them along: the application's role would find a view that it may not read.
//!
//! They are noted before the first of them goes, as JSON in a setting of the transaction, and given back after the last
//! has come. What default privileges give a new object goes first, so that none has more than before.

use model::{Change, Literal, Name, Object, Sql, sql};

/// The setting that holds them for the rest of the transaction.
const SETTING: &str = "lockkeeper.privileges";

/// The statements of changes in their order, in one transaction, with what goes and comes again as it was.
pub(super) fn kept_over(changes: &[&Change]) -> Vec<Sql> {
    let remade = Remade::among(changes);
    let statements = changes.iter().flat_map(|change| change.sql());
    remade.note().into_iter().chain(statements).chain(remade.give_back()).collect()
}

/// What goes and comes again among some changes: the words that SQL has for its kind, and its name.
pub(super) struct Remade(Vec<(&'static str, String)>);

impl Remade {
    pub(super) fn among(changes: &[&Change]) -> Self {
        let comes_again = |gone: &Object| {
            changes.iter().any(
                |change| matches!(change, Change::Create { object } if object.reference() == gone.reference()),
            )
        };
        let goes = |change: &&&Change| match change {
            Change::Drop { object } => comes_again(object),
            Change::Replace { .. } => is_made_anew(change),
            _ => false,
        };
        let object = |change: &&Change| match change {
            Change::Drop { object } | Change::Replace { from: object, .. } => named(object),
            _ => None,
        };
        Self(changes.iter().filter(goes).filter_map(object).collect())
    }

    /// The statement before the first of them goes; none where nothing goes and comes again.
    pub(super) fn note(&self) -> Option<Sql> {
        let role = Sql::verbatim(
            "CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END",
        );
        (!self.0.is_empty()).then(|| {
            sql!(
                "-- the owners and privileges of what goes and comes again are noted for the rest of the transaction
SELECT set_config({}, coalesce(json_agg(t)::text, '[]'), true) FROM (
  WITH o AS ({})
  SELECT o.kind, o.name, NULL AS part, 'OWNER' AS privilege, quote_ident(pg_get_userbyid(o.owner)) AS role, false AS grantable FROM o
  UNION ALL SELECT o.kind, o.name, NULL, a.privilege_type, {}, a.is_grantable FROM o, aclexplode(o.acl) a WHERE a.grantee <> o.owner
  UNION ALL SELECT o.kind, o.name, p.attname, a.privilege_type, {}, a.is_grantable FROM o JOIN pg_attribute p ON p.attrelid = o.relation, aclexplode(p.attacl) a
) AS t",
                Literal::new(SETTING),
                self.found(),
                role,
                role
            )
        })
    }

    /// The statement after the last of them has come.
    pub(super) fn give_back(&self) -> Option<Sql> {
        let body = sql!(
            "
DECLARE
  told text;
BEGIN
  FOR told IN
    SELECT format('REVOKE ALL ON %s %s FROM %s', o.granted_on, o.name, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)
      FROM ({}) AS o, aclexplode(o.acl) a WHERE a.grantee <> o.owner
  LOOP
    EXECUTE told;
  END LOOP;
  FOR told IN
    SELECT CASE t.privilege WHEN 'OWNER' THEN format('ALTER %s %s OWNER TO %s', t.kind, t.name, t.role)
        ELSE format('GRANT %s%s ON %s %s TO %s%s', t.privilege, CASE WHEN t.part IS NULL THEN '' ELSE format(' (%I)', t.part) END,
          o.granted_on, t.name, t.role, CASE WHEN t.grantable THEN ' WITH GRANT OPTION' ELSE '' END) END
      FROM json_to_recordset(current_setting({})::json) AS t (kind text, name text, part text, privilege text, role text, grantable boolean)
      JOIN ({}) AS o ON o.kind = t.kind AND o.name = t.name
      WHERE (t.privilege <> 'OWNER' OR t.role <> quote_ident(pg_get_userbyid(o.owner)))
        AND (t.part IS NULL OR EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = o.relation AND p.attname = t.part AND NOT p.attisdropped))
      ORDER BY t.privilege = 'OWNER'
  LOOP
    EXECUTE told;
  END LOOP;
END
",
            self.found(),
            Literal::new(SETTING),
            self.found()
        );
        (!self.0.is_empty()).then(|| sql!("-- and given back\nDO {}", crate::demand::dollar_quoted(&body)))
    }

    /// A query for them as they are at that moment.
    fn found(&self) -> Sql {
        let each =
            self.0.iter().map(|(kind, name)| sql!("({}, {})", Literal::new(*kind), Literal::new(name)));
        sql!(
            "SELECT n.kind, n.name, coalesce(c.relowner, p.proowner) AS owner, c.oid AS relation,
      CASE WHEN c.oid IS NULL THEN 'ROUTINE' ELSE 'TABLE' END AS granted_on,
      coalesce(c.relacl, p.proacl, CASE WHEN c.oid IS NULL THEN acldefault('f', p.proowner) ELSE acldefault('r', c.relowner) END) AS acl
    FROM (VALUES {}) AS n (kind, name)
    LEFT JOIN pg_class c ON c.oid = CASE WHEN n.kind <> 'ROUTINE' THEN to_regclass(n.name) END
    LEFT JOIN pg_proc p ON p.oid = CASE n.kind WHEN 'ROUTINE' THEN to_regprocedure(n.name) END
    WHERE coalesce(c.oid, p.oid) IS NOT NULL",
            Sql::join(each, ", ")
        )
    }
}

/// Whether a change that replaces an object does so by dropping and creating it.
pub(super) fn is_made_anew(change: &Change) -> bool {
    matches!(change, Change::Replace { .. })
        && change.sql().first().is_some_and(|sql| sql.as_str().starts_with("DROP "))
}

/// The kind as `ALTER … OWNER TO` calls it, and the name.
fn named(object: &Object) -> Option<(&'static str, String)> {
    let text = |name: &Name| name.to_string();
    match object {
        Object::View { name, view } if view.materialized => Some(("MATERIALIZED VIEW", text(name))),
        Object::View { name, .. } => Some(("VIEW", text(name))),
        Object::Routine { routine } => Some(("ROUTINE", routine.identity())),
        _ => None,
    }
}
