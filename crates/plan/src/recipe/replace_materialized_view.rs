//! A materialized view with another query: the new one is filled beside the old one, with its indexes, and the two
//! change names. Nobody waits for the query, and nobody finds the view empty or missing.

use assess::effect::Act;
use facts::Form;
use model::{
    Action, COMING_PREFIX, Change, Ident, Index, KEPT_PREFIX, Literal, Name, Object, ObjectRef, PhaseName,
    Sql, View, sql,
};

use crate::Cost;
use crate::draft::{Draft, Drafted};
use crate::probe;
use crate::situation::Situation;

pub(crate) fn draft(change: &Change, situation: &Situation<'_>) -> Option<Drafted> {
    let name = match change {
        Change::Drop { object: Object::View { name, .. } }
        | Change::Create { object: Object::View { name, .. } } => name,
        Change::CreateIndex { table, .. } | Change::DropIndex { table, .. } => table,
        _ => return None,
    };
    let view = Remade::of(name, situation)?;
    if !matches!(change, Change::Create { .. }) {
        return Some(Drafted::new("changes together with the materialized view", Vec::new()));
    }
    let why = "made anew in place, its readers would wait for its query: the new one is filled beside the old one, and the \
               two change names";
    let note = format!(
        "{name} shows what its query finds when the new one is filled, in the expand phase; a REFRESH after the switch \
         brings it up to date. The old one is kept until cleanup"
    );
    Some(Drafted::new(why, vec![view.fill(), view.swap(), view.clean_up()]).note(note))
}

/// A materialized view that goes and comes again, of itself.
struct Remade<'a> {
    name: &'a Name,
    old: &'a View,
    new: &'a View,
}

impl<'a> Remade<'a> {
    fn of(name: &Name, situation: &'a Situation<'_>) -> Option<Self> {
        let (key, old) = situation.from.views.get_key_value(name)?;
        let new = situation.to.views.get(name)?;
        let object = ObjectRef::View(name.clone());
        let is_whole = old.materialized && new.materialized && situation.is_replaced(&object);
        // What stands on it holds on to the old one, and what it reads has to be there as it is.
        let is_apart = !is_used(name, situation) && !reads_changed(name, situation);
        (is_whole && is_apart).then_some(Self { name: key, old, new })
    }

    fn under(&self, prefix: &str) -> Name {
        self.name.sibling(&prefixed(prefix, &self.name.name))
    }

    fn fill(&self) -> Draft {
        let coming = self.under(COMING_PREFIX);
        let bare = View {
            indexes: std::collections::BTreeMap::new(),
            comment: None,
            column_comments: std::collections::BTreeMap::new(),
            ..self.new.clone()
        };
        let mut sql = Object::View { name: coming.clone(), view: bare }.create();
        for index in self.new.indexes.values() {
            let name = prefixed(COMING_PREFIX, &index.name);
            sql.push(Index { name, comment: None, ..index.clone() }.create(&coming, false));
        }
        sql.push(self.grants(&coming));
        let there = probe::relation(&coming);
        let reads = Change::Create { object: Object::View { name: coming.clone(), view: self.new.clone() } };
        Draft {
            phase: PhaseName::Expand,
            title: format!("fill the new {} beside the old one", self.name),
            table: Some(self.name.clone()),
            action: Action::Transaction { sql },
            acts: assess::effect::acts(&reads, &model::Schema::default()),
            verification: there.clone(),
            probe: there,
            undo: Action::Transaction { sql: vec![sql!("DROP MATERIALIZED VIEW {}", coming)] },
            cost: Cost::Scan,
            undo_acts: Some(Vec::new()),
            late: false,
        }
    }

    fn swap(&self) -> Draft {
        let done = probe::relation(&self.under(KEPT_PREFIX));
        Draft {
            phase: PhaseName::Switch,
            title: format!("let the new {} take over", self.name),
            table: Some(self.name.clone()),
            action: Action::Transaction {
                sql: self.renames([KEPT_PREFIX, COMING_PREFIX], self.old, self.new),
            },
            acts: vec![Act::new(Form::DropMaterializedView, self.name)],
            verification: done.clone(),
            probe: done,
            undo: Action::Transaction { sql: self.renames([COMING_PREFIX, KEPT_PREFIX], self.new, self.old) },
            cost: Cost::Catalog,
            undo_acts: None,
            late: false,
        }
    }

    /// The one goes under a prefix, and the other comes from under one.
    fn renames(&self, [away, from]: [&str; 2], goes: &View, comes: &View) -> Vec<Sql> {
        let index =
            |from: &Ident, to: &Ident| sql!("ALTER INDEX {} RENAME TO {}", self.name.sibling(from), to);
        let view = |from: &Name, to: &Ident| sql!("ALTER MATERIALIZED VIEW {} RENAME TO {}", from, to);
        let mut out = vec![view(self.name, &self.under(away).name)];
        out.extend(goes.indexes.keys().map(|name| index(name, &prefixed(away, name))));
        out.push(view(&self.under(from), &self.name.name));
        out.extend(comes.indexes.keys().map(|name| index(&prefixed(from, name), name)));
        out
    }

    fn clean_up(&self) -> Draft {
        let kept = self.under(KEPT_PREFIX);
        let gone = probe::not(&probe::relation(&kept));
        Draft {
            phase: PhaseName::Cleanup,
            title: format!("drop the old {} for good", self.name),
            table: Some(self.name.clone()),
            action: Action::Transaction { sql: vec![sql!("DROP MATERIALIZED VIEW {}", kept)] },
            acts: Vec::new(),
            verification: gone.clone(),
            probe: gone,
            undo: Action::Nothing { why: "what cleanup removed is gone for good".to_owned() },
            cost: Cost::Catalog,
            undo_acts: None,
            late: false,
        }
    }

    /// A program that gives the new one the old one's owner and privileges.
    fn grants(&self, coming: &Name) -> Sql {
        let [old, new] = [self.name, coming].map(|name| Literal::new(name.to_string()));
        let body = sql!(
            "DECLARE\n  told text;\nBEGIN\n  FOR told IN\n    SELECT format('ALTER MATERIALIZED VIEW %s OWNER TO %I', {}, \
             pg_get_userbyid(c.relowner))\n      FROM pg_class c WHERE c.oid = {}::regclass \
             AND pg_get_userbyid(c.relowner) <> current_user\n    UNION ALL\n    \
             SELECT format('GRANT %s ON %s TO %s', a.privilege_type, {},\n        \
             CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END)\n      \
             FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = {}::regclass AND a.grantee <> c.relowner\n        \
             AND a.privilege_type = 'SELECT'\n  LOOP\n    EXECUTE told;\n  END LOOP;\nEND",
            new,
            old,
            new,
            old
        );
        sql!("DO {}", Literal::new(body.to_string()))
    }
}

fn prefixed(prefix: &str, name: &Ident) -> Ident {
    Ident::new(format!("{prefix}{}", name.as_str())).truncated()
}

/// Whether anything but its own indexes stands on it.
fn is_used(name: &Name, situation: &Situation<'_>) -> bool {
    [situation.from, situation.to].iter().any(|schema| {
        schema.uses.iter().any(|(user, uses)| {
            user.relation() != Some(name) && uses.iter().any(|used| used.relation() == Some(name))
        })
    })
}

/// Whether the plan changes anything that it reads.
fn reads_changed(name: &Name, situation: &Situation<'_>) -> bool {
    let object = ObjectRef::MaterializedView(name.clone());
    let view = ObjectRef::View(name.clone());
    let uses = |schema: &model::Schema| {
        let both = [&object, &view].map(|of| schema.uses.of(of).clone());
        both.into_iter().flatten().collect::<Vec<_>>()
    };
    let read: Vec<ObjectRef> = uses(situation.from).into_iter().chain(uses(situation.to)).collect();
    situation.changes.iter().map(Change::object).any(|changed| {
        changed.relation() != Some(name)
            && read.iter().any(|used| {
                *used == changed || used.relation().is_some() && used.relation() == changed.relation()
            })
    })
}
