//! Functions that hosted platforms bring and policies call: stand-ins for them, so that the rest loads.

use std::collections::BTreeSet;

use model::{Name, Sql, sql};

use super::{Builder, qualified};
use crate::project::External;

/// Schema, name, argument types and result of the functions that Supabase and Neon have in every database.
const PLATFORM: &[(&str, &str, &str, &str)] = &[
    ("auth", "email", "", "text"),
    ("auth", "jwt", "", "jsonb"),
    ("auth", "role", "", "text"),
    ("auth", "session", "", "jsonb"),
    ("auth", "uid", "", "uuid"),
    ("auth", "user_id", "", "text"),
    ("realtime", "topic", "", "text"),
    ("storage", "extension", "text", "text"),
    ("storage", "filename", "text", "text"),
    ("storage", "foldername", "text", "text[]"),
];

impl Builder<'_> {
    /// The schemas of the platform functions in use.
    pub(super) fn platform_schemas(&self) -> BTreeSet<String> {
        self.platform_functions().into_iter().map(|(schema, ..)| schema.to_owned()).collect()
    }

    pub(super) fn functions(&mut self) {
        for (schema, name, arguments, result) in self.platform_functions() {
            let function = qualified(Some(schema), name);
            let sql = stub(&function, arguments, result);
            self.scaffold(sql, External::Function(function));
        }
    }

    fn platform_functions(&self) -> Vec<(&'static str, &'static str, &'static str, &'static str)> {
        let texts = self.expressions();
        let called = |schema: &str, name: &str| texts.iter().any(|text| calls(text, schema, name));
        PLATFORM.iter().copied().filter(|(schema, name, ..)| called(schema, name)).collect()
    }

    /// Every text of SQL in the description that may call a function.
    fn expressions(&self) -> Vec<&str> {
        let it = self.described;
        let policies = it
            .tables
            .iter()
            .flat_map(|table| &table.policies)
            .chain(it.linked.iter().map(|link| &link.policy));
        let conditions = policies.flat_map(|policy| policy.using.iter().chain(&policy.with_check));
        let columns = it.tables.iter().flat_map(|table| &table.columns).flat_map(|column| &column.default);
        let views = it.views.iter().filter_map(|view| view.query.as_ref());
        conditions.chain(columns).chain(views).map(String::as_str).collect()
    }
}

fn stub(function: &Name, arguments: &str, result: &str) -> Sql {
    let (arguments, result) = (Sql::verbatim(arguments), Sql::verbatim(result));
    sql!(
        "CREATE FUNCTION {}({}) RETURNS {} LANGUAGE sql STABLE AS 'SELECT NULL::{}'",
        function,
        arguments,
        result,
        result
    )
}

/// Whether SQL calls a function by its schema and name, with or without quotes.
fn calls(text: &str, schema: &str, name: &str) -> bool {
    let bare: String = text.to_lowercase().replace('"', "");
    let call = [schema, ".", name, "("].concat();
    bare.match_indices(&call)
        .any(|(at, _)| !bare[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_call() {
        assert!(calls("(select auth.uid()) = id", "auth", "uid"));
        assert!(calls("\"auth\".\"uid\"() = id", "auth", "uid"));
        assert!(!calls("my_auth.uid() = id", "auth", "uid"));
        assert!(!calls("auth.uid_of(id)", "auth", "uid"));
    }
}
