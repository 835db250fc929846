//! Validators that match are told from those that do not.

use codebase::validators;
use model::{Column, EnumType, Name, Schema, Table};

fn schema() -> Schema {
    let required = |name: &str, type_name: &str| Column { not_null: true, ..Column::new(name, type_name) };
    let columns = vec![
        required("fund_name", "character varying(10)"),
        required("vintage_year", "integer"),
        Column::new("closed", "boolean"),
        Column::new("kind", "public.kind"),
    ];
    let mut schema = Schema::default();
    schema.tables.insert(Name::new("public", "funds"), Table { columns, ..Table::default() });
    let labels = vec!["vc".to_owned(), "pe".to_owned()];
    schema.enums.insert(Name::new("public", "kind"), EnumType { labels, comment: None });
    schema
}

fn compare(script: &str) -> codebase::Validators {
    let folder = tempfile::tempdir().expect("a folder");
    let text = format!("import {{ z }} from \"zod\";\n{script}\n");
    std::fs::write(folder.path().join("a.ts"), text).expect("it writes");
    let mut from = schema();
    let table = from.tables.get_mut(&Name::new("public", "funds")).expect("it is there");
    table.columns.push(Column::new("region", "text"));
    validators(folder.path(), &[], &from, &schema())
}

#[test]
fn what_matches_has_no_mismatch() {
    let found = compare(
        "export const insertFundSchema = z.object({ fundName: z.string().min(1).max(10), vintageYear: z.number().int(),
           closed: z.boolean().nullable().optional(), kind: z.enum([\"vc\"]), terms: z.boolean() }).strict();
         export const selectFunds = createSelectSchema(funds);
         export const login = z.object({ user: z.string() });",
    );
    assert_eq!((found.derived, found.compared.len(), found.unknown), (1, 1, 1), "{found:?}");
    assert!(found.mismatches.is_empty(), "{found:?}");
}

#[test]
fn each_mismatch_is_told() {
    for (script, told) in [
        (
            "const insertFund = z.object({ fundName: z.string().max(10), closed: z.boolean() });",
            "vintage_year lacks",
        ),
        (
            "const fund = z.object({ fundName: z.string().max(20), vintageYear: z.number() });",
            "20 characters",
        ),
        ("const fund = z.object({ fundName: z.string(), vintageYear: z.number() });", "any length"),
        ("const fund = z.object({ vintageYear: z.string() });", "is a string"),
        ("const fund = z.object({ vintageYear: z.number().nullable() });", "accepts null"),
        ("const fund = z.object({ kind: z.enum([\"vc\", \"re\"]), closed: z.boolean() });", "'re'"),
        ("const fundSchema = z.object({ closed: z.boolean(), region: z.string() });", "no more"),
    ] {
        let found = compare(script);
        assert_eq!(found.mismatches.len(), 1, "{script}: {found:?}");
        assert!(found.mismatches[0].contains(told) && found.mismatches[0].contains("a.ts:2"), "{found:?}");
    }
}
