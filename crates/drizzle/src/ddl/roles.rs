//! Roles, row level security and policies.

use std::collections::BTreeSet;

use model::{Ident, Literal, Name, Sql, sql};

use super::tables::{object, table_name};
use super::{Builder, ident, qualified_text};
use crate::described::{PolicyText, RoleText};
use crate::note::Note;
use crate::project::{External, Makes};

impl<'a> Builder<'a> {
    /// Roles first: policies name them. A role belongs to the whole server, so it may be there already.
    pub(super) fn roles(&mut self) {
        let mut made: BTreeSet<&str> = BTreeSet::new();
        for role in self.described.roles.iter().filter(|role| !role.existing) {
            if made.insert(&role.name) {
                let statement = create_role(&ident(&role.name), &options(role));
                self.push(statement, ident(&role.name).to_string(), Makes::Shared, &Vec::new());
            }
        }
        let policies = self.all_policies();
        let named: BTreeSet<&str> =
            policies.iter().flat_map(|(_, policy)| &policy.roles).map(String::as_str).collect();
        for name in named.into_iter().filter(|name| !made.contains(name) && !is_special(name)) {
            let role = ident(name);
            self.scaffold(create_role(&role, &Sql::verbatim("")), External::Role(role));
        }
    }

    pub(super) fn policies(&mut self) {
        for table in &self.described.tables {
            let name = table_name(table);
            let linked = self.described.linked.iter();
            let is_linked =
                linked.filter_map(|link| link.table.as_ref()).any(|table| qualified_text(table) == name);
            if table.row_security || !table.policies.is_empty() || is_linked {
                let sql = sql!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY", name);
                let spared = self.known.has_table(&name);
                self.push_spared(sql, name.to_string(), Makes::Object(name), &table.origins, spared);
            }
        }
        for (table, policy) in self.all_policies() {
            let origins =
                self.described.tables.iter().find(|each| table_name(each) == table).map(|each| &each.origins);
            let none = Vec::new();
            let (sql, object) = (create_policy(&table, policy), object(&table, &policy.name));
            self.push(sql, object, Makes::Tie(table), origins.unwrap_or(&none));
        }
        for link in self.described.linked.iter().filter(|link| link.table.is_none()) {
            // A policy in a table's extras is exported now and then as well: it has its table.
            if !self.described.tables.iter().any(|table| table.policies.contains(&link.policy)) {
                self.notes.push(Note::PolicyWithoutTable { name: ident(&link.policy.name) });
            }
        }
    }

    /// Every policy with its table; one that is both in a table and linked to it counts once.
    fn all_policies(&self) -> Vec<(Name, &'a PolicyText)> {
        let described = self.described;
        let within = described
            .tables
            .iter()
            .flat_map(|table| table.policies.iter().map(|policy| (table_name(table), policy)));
        let linked = described
            .linked
            .iter()
            .filter_map(|link| Some((qualified_text(link.table.as_ref()?), &link.policy)));
        let mut seen = BTreeSet::new();
        within
            .chain(linked)
            .filter(|(table, policy)| seen.insert((table.clone(), policy.name.clone())))
            .collect()
    }
}

/// Another session may make it at the same moment: then the catalog's index is what refuses it.
fn create_role(role: &Ident, options: &Sql) -> Sql {
    let block = sql!(
        "BEGIN CREATE ROLE {}{}; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END",
        role,
        options
    );
    sql!("DO {}", Literal::new(block.as_str()))
}

fn options(role: &RoleText) -> Sql {
    let mut words = Vec::new();
    if role.create_db == Some(true) {
        words.push(Sql::verbatim(" CREATEDB"));
    }
    if role.create_role == Some(true) {
        words.push(Sql::verbatim(" CREATEROLE"));
    }
    if role.inherit == Some(false) {
        words.push(Sql::verbatim(" NOINHERIT"));
    }
    Sql::join(words, "")
}

fn create_policy(table: &Name, policy: &PolicyText) -> Sql {
    let kind = Sql::verbatim(policy.kind.as_deref().unwrap_or("permissive").to_uppercase());
    let command = Sql::verbatim(policy.command.as_deref().unwrap_or("all").to_uppercase());
    let roles = Sql::join(policy.roles.iter().map(|role| role_sql(role)), ", ");
    let mut sql =
        sql!("CREATE POLICY {} ON {} AS {} FOR {} TO {}", ident(&policy.name), table, kind, command, roles);
    if let Some(using) = &policy.using {
        sql = sql.then(&sql!(" USING ({})", Sql::verbatim(using)));
    }
    if let Some(check) = &policy.with_check {
        sql = sql.then(&sql!(" WITH CHECK ({})", Sql::verbatim(check)));
    }
    sql
}

fn role_sql(role: &str) -> Sql {
    if is_special(role) { Sql::verbatim(role) } else { sql!("{}", ident(role)) }
}

/// Words that stand for a role without being the name of one.
fn is_special(role: &str) -> bool {
    ["public", "current_user", "current_role", "session_user"].contains(&role)
}
