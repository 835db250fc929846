//! Each red flag where there is reason for it, and none where there is none.

use std::collections::{BTreeMap, BTreeSet};

use assess::{CodeUse, Evidence, Input, Judged, Live, Outcome, Precondition, Rows, SequenceUse};
use model::{
    Assessment, Category, Change, Column, Constraint, ConstraintKind, Expr, ForeignKey, ForeignKeyAction,
    Generated, Ident, Index, Name, Object, RiskLevel, Schema, Statistics, Table, TableStatistics,
};

fn name(table: &str) -> Name {
    Name::new("public", table)
}

fn key(column: &str, references: &str, on_delete: ForeignKeyAction) -> Constraint {
    let key = ForeignKey {
        columns: vec![Ident::new(column)],
        references: name(references),
        referenced_columns: vec![Ident::new("id")],
        on_update: ForeignKeyAction::NoAction,
        on_delete,
        on_delete_columns: Vec::new(),
        match_full: false,
        period: false,
    };
    Constraint::new(format!("{column}_fkey"), ConstraintKind::ForeignKey(key))
}

/// Users, their accounts, and positions that go with an account.
struct World {
    schema: Schema,
    statistics: Statistics,
    live: Live,
    uses: BTreeMap<String, Vec<CodeUse>>,
    asked: Vec<Precondition>,
}

impl World {
    fn new() -> Self {
        let mut schema = Schema::default();
        let mut statistics = Statistics::default();
        for (table, rows) in [("users", 2e6), ("accounts", 5e6), ("positions", 2e7), ("notes", 10.0)] {
            let columns =
                ["id", "user_id", "account_id", "label"].map(|column| Column::new(column, "integer"));
            schema.tables.insert(name(table), Table { columns: columns.to_vec(), ..Table::default() });
            let known =
                TableStatistics { rows: Some(rows), has_rows: Some(true), ..TableStatistics::default() };
            statistics.tables.insert(name(table), known);
        }
        let positions = schema.tables.get_mut(&name("positions")).expect("it is there");
        let cascade = key("account_id", "accounts", ForeignKeyAction::Cascade);
        positions.constraints.insert(cascade.name.clone(), cascade);
        Self { schema, statistics, live: Live::default(), uses: BTreeMap::new(), asked: Vec::new() }
    }

    fn assess(&self, changes: &[Change]) -> Assessment {
        let renamed = assess::renamed(&self.schema, changes);
        assess::assess(Input {
            from: &self.schema,
            to: self.schema.fingerprint(),
            server_version: None,
            changes: changes.iter().map(|change| Judged::of(change, &renamed, 17)).collect(),
            statistics: Some(&self.statistics),
            critical_tables: &BTreeSet::new(),
            code_uses: Some(&self.uses),
            preconditions: &self.asked,
            live: Some(&self.live),
            experience: &BTreeMap::new(),
            stall_budget_ms: 100.0,
            evidence: Evidence::default(),
        })
    }

    /// The message of a rule's flag for these changes.
    fn flag(&self, rule: &str, changes: &[Change]) -> Option<String> {
        let flags = self.assess(changes).red_flags;
        flags.into_iter().find(|flag| flag.rule == rule).map(|flag| flag.message)
    }
}

fn add_key(constraint: Constraint) -> Change {
    Change::AddConstraint { table: name("accounts"), constraint }
}

#[test]
fn a_cascade_tells_the_rows_at_stake_along_its_chain() {
    let world = World::new();
    let cascade = world.flag("cascade", &[add_key(key("user_id", "users", ForeignKeyAction::Cascade))]);
    let message = cascade.expect("a flag");
    for part in [
        "public.users",
        "public.accounts (5.0 M rows)",
        "public.positions (20.0 M rows)",
        "25.0 M rows at stake",
    ] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert_eq!(world.flag("cascade", &[add_key(key("user_id", "users", ForeignKeyAction::Restrict))]), None);
    // What the same push hangs below counts as well.
    let constraint = key("account_id", "accounts", ForeignKeyAction::Cascade);
    let below = Change::AddConstraint { table: name("notes"), constraint };
    let push = [add_key(key("user_id", "users", ForeignKeyAction::Cascade)), below];
    assert!(world.flag("cascade", &push).expect("a flag").contains("public.notes (10 rows)"));
}

#[test]
fn a_foreign_key_is_flagged_on_large_tables_alone() {
    let world = World::new();
    let large = add_key(key("user_id", "users", ForeignKeyAction::NoAction));
    assert!(world.flag("foreign-key-on-large-table", &[large]).is_some());
    let constraint = key("user_id", "notes", ForeignKeyAction::NoAction);
    let small = Change::AddConstraint { table: name("notes"), constraint };
    assert_eq!(world.flag("foreign-key-on-large-table", &[small]), None);
}

#[test]
fn an_index_is_flagged_where_queries_use_it() {
    let mut world = World::new();
    let drop = [Change::DropIndex { table: name("accounts"), index: Index::btree("by_label", &["label"]) }];
    assert_eq!(world.flag("used-index", &drop), None);
    assert!(world.assess(&drop).category < Category::Dangerous);
    let table = world.statistics.tables.get_mut(&name("accounts")).expect("it is there");
    table.index_scans.insert(Ident::new("by_label"), 4_200);
    assert!(world.flag("used-index", &drop).expect("a flag").contains("4,200 times"));
    let assessment = world.assess(&drop);
    assert!(
        assessment.category == Category::Dangerous && assessment.risk.level > RiskLevel::Low,
        "{assessment:?}"
    );
}

#[test]
fn what_is_counted_takes_the_place_of_what_could_be() {
    let mut world = World::new();
    let change = [Change::AlterColumnType {
        table: name("accounts"),
        from: Column::new("label", "text"),
        to: Column::new("label", "integer"),
        using: Some(Expr::new("label::integer")),
    }];
    assert!(world.flag("type-change-without-conversion", &change).is_some());
    let asked = |rows| Precondition {
        change: 0,
        rule: "unconvertible-values",
        object: "public.accounts.label".to_owned(),
        outcome: Outcome::Fails,
        rows,
        of: None,
        what: "hold a value that does not convert".to_owned(),
        query: None,
    };
    world.asked = vec![asked(Rows::Exactly(3))];
    assert_eq!(world.flag("type-change-without-conversion", &change), None);
    assert!(world.flag("unconvertible-values", &change).expect("a flag").starts_with("3 rows"));
    world.asked = vec![asked(Rows::Exactly(0))];
    assert_eq!(world.flag("unconvertible-values", &change), None);
    assert!(world.assess(&change).changes[0].risk.reasons.iter().any(|why| why.contains("no rows")));
    world.asked = vec![asked(Rows::Unknown("not counted within 5 s".to_owned()))];
    assert!(world.flag("unconvertible-values", &change).expect("a flag").contains("unknown"));
    assert!(world.flag("type-change-without-conversion", &change).is_some());
}

#[test]
fn not_null_without_default_is_flagged_on_rows_alone() {
    let mut world = World::new();
    let column = Column { not_null: true, ..Column::new("x", "integer") };
    let change = [Change::AddColumn { table: name("accounts"), column }];
    assert!(world.flag("not-null-without-default", &change).is_some());
    let table = world.statistics.tables.get_mut(&name("accounts")).expect("it is there");
    (table.rows, table.has_rows) = (Some(0.0), Some(false));
    assert_eq!(world.flag("not-null-without-default", &change), None);
}

#[test]
fn code_that_uses_what_goes_is_named_with_its_line() {
    let mut world = World::new();
    let drop = [Change::DropColumn { table: name("accounts"), column: Column::new("label", "integer") }];
    assert_eq!(world.flag("still-used", &drop), None);
    let place =
        CodeUse { file: "src/a.ts".to_owned(), line: 12, text: "a.label".to_owned(), in_database: false };
    world.uses.insert("public.accounts.label".to_owned(), vec![place]);
    assert!(world.flag("still-used", &drop).expect("a flag").contains("src/a.ts:12"));
    let finding = &world.assess(&drop).changes[0].findings[0];
    assert_eq!((finding.file.as_str(), finding.line), ("src/a.ts", 12));
}

#[test]
fn the_state_of_the_database_is_flagged() {
    let mut world = World::new();
    let change = [Change::AlterColumnType {
        table: name("accounts"),
        from: Column::new("label", "integer"),
        to: Column::new("label", "bigint"),
        using: None,
    }];
    let rules = ["sequence-near-end", "long-transaction", "replica-lag"];
    assert!(rules.iter().all(|rule| world.flag(rule, &change).is_none()));
    world.statistics.longest_transaction_ms = Some(600_000.0);
    world.statistics.replica_lag_ms = Some(60_000.0);
    let sequence = |last, cycles| SequenceUse {
        name: name("accounts_id_seq"),
        column: Some("integer public.accounts.id".to_owned()),
        last,
        limit: 2_147_483_647,
        cycles,
    };
    world.live.sequences = vec![sequence(2_100_000_000, false)];
    assert!(rules.iter().all(|rule| world.flag(rule, &change).is_some()));
    world.live.sequences = vec![sequence(1_000, false), sequence(2_100_000_000, true)];
    assert_eq!(world.flag("sequence-near-end", &change), None);
}

#[test]
fn a_generated_column_that_steps_aside_loses_nothing() {
    let world = World::new();
    let generated = Some(Generated { expression: Expr::new("id + 1"), stored: true });
    let column = Column { generated, ..Column::new("label", "integer") };
    let drop = Change::DropColumn { table: name("accounts"), column: column.clone() };
    let aside = world.assess(&[drop.clone(), Change::AddColumn { table: name("accounts"), column }]);
    assert!(
        !aside.changes[0].effect.data_loss && aside.changes[0].category < Category::Dangerous,
        "{aside:?}"
    );
    let gone = world.assess(&[drop]);
    assert!(!gone.changes[0].effect.data_loss && gone.category == Category::Dangerous, "{gone:?}");
}

#[test]
fn after_a_rename_a_table_has_the_rows_it_had() {
    let world = World::new();
    let rename = Change::RenameTable { from: name("accounts"), to: name("ledgers") };
    let set = Change::SetNotNull { table: name("ledgers"), column: Ident::new("label"), not_null: true };
    let assessment = world.assess(&[rename, set]);
    let score = assessment.changes[1].risk.score;
    assert!(score > 30.0, "{:?}", assessment.changes[1].risk);
    let drop = Change::Drop { object: Object::Table { name: name("accounts"), table: Table::default() } };
    assert_eq!(world.assess(&[drop]).risk.level, RiskLevel::Critical);
}
