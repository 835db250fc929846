//! A score grows with rows only where the cost does, and floors hold.

use std::collections::{BTreeMap, BTreeSet};

use assess::{Evidence, Experience, Input, Judged};
use model::{
    Change, Column, Constraint, ConstraintKind, Expr, Ident, Index, Name, Object, Risk, RiskLevel, Schema,
    Statistics, Table, TableStatistics, Volatility,
};
use proptest::prelude::*;

fn table_name() -> Name {
    Name::new("public", "c")
}

fn schema() -> Schema {
    let columns = vec![Column::new("id", "integer"), Column::new("note", "character varying(10)")];
    let mut table = Table { columns, ..Table::default() };
    let key = ConstraintKind::PrimaryKey {
        columns: vec![Ident::new("id")],
        include: Vec::new(),
        without_overlaps: false,
    };
    table.constraints.insert(Ident::new("c_pkey"), Constraint::new("c_pkey", key));
    table.indexes.insert(Ident::new("c_note"), Index::btree("c_note", &["note"]));
    let mut schema = Schema::default();
    schema.tables.insert(table_name(), table);
    schema
}

fn retype(from: &str, to: &str) -> Change {
    Change::AlterColumnType {
        table: table_name(),
        from: Column::new("id", from),
        to: Column::new("id", to),
        using: None,
    }
}

fn add(column: Column) -> Change {
    Change::AddColumn { table: table_name(), column }
}

/// Changes of the catalog alone.
fn free() -> Vec<Change> {
    let table = table_name;
    vec![
        add(Column::new("x", "text")),
        add(Column {
            default: Some(Expr::new("7")),
            default_volatility: Some(Volatility::Immutable),
            not_null: true,
            ..Column::new("x", "integer")
        }),
        Change::AlterColumnType {
            table: table(),
            from: Column::new("note", "character varying(10)"),
            to: Column::new("note", "character varying(20)"),
            using: None,
        },
        Change::SetNotNull { table: table(), column: Ident::new("id"), not_null: false },
        Change::RenameColumn { table: table(), from: Ident::new("note"), to: Ident::new("remark") },
        Change::DropColumn { table: table(), column: Column::new("note", "text") },
        Change::Drop { object: Object::Table { name: table(), table: Table::default() } },
        Change::DropIndex { table: table(), index: Index::btree("c_note", &["note"]) },
    ]
}

/// Changes that read, write or index every row.
fn costly() -> Vec<Change> {
    let check = ConstraintKind::Check { expression: Expr::new("id > 0"), no_inherit: false };
    vec![
        retype("integer", "bigint"),
        add(Column {
            default: Some(Expr::new("random()")),
            default_volatility: Some(Volatility::Volatile),
            ..Column::new("x", "double precision")
        }),
        Change::SetNotNull { table: table_name(), column: Ident::new("note"), not_null: true },
        Change::CreateIndex { table: table_name(), index: Index::btree("plain", &["note"]) },
        Change::AddConstraint { table: table_name(), constraint: Constraint::new("positive", check) },
    ]
}

fn risk(change: &Change, rows: f64, critical: bool, experience: Option<Experience>) -> Risk {
    let schema = schema();
    let table = TableStatistics { rows: Some(rows), has_rows: Some(true), ..TableStatistics::default() };
    let statistics = Statistics { tables: BTreeMap::from([(table_name(), table)]), ..Statistics::default() };
    let critical: BTreeSet<Name> = critical.then(table_name).into_iter().collect();
    let experience = experience.map(|known| (0, known)).into_iter().collect();
    assess::assess(Input {
        from: &schema,
        to: schema.fingerprint(),
        server_version: None,
        changes: vec![Judged::of(change, &schema, 17)],
        statistics: Some(&statistics),
        critical_tables: &critical,
        code_uses: None,
        preconditions: &[],
        live: None,
        experience: &experience,
        stall_budget_ms: 100.0,
        evidence: Evidence::default(),
    })
    .risk
}

fn cases() -> u32 {
    std::env::var("LOCKKEEPER_GROWTH_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(128)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn what_costs_nothing_does_not_grow(few in 1.0..1e10_f64, many in 1.0..1e10_f64, critical: bool) {
        for change in free() {
            let (few, many) = (risk(&change, few, critical, None), risk(&change, many, critical, None));
            prop_assert_eq!(few.score, many.score, "{:?}", change);
        }
    }

    #[test]
    fn what_costs_never_shrinks_with_rows(rows in 1.0..1e10_f64, more in 1.0..1e4_f64, critical: bool) {
        for change in costly() {
            let (few, many) = (risk(&change, rows, critical, None), risk(&change, rows * more, critical, None));
            prop_assert!(few.score <= many.score, "{:?}: {:?} {:?}", change, few, many);
            prop_assert!(few.factors.row_count <= many.factors.row_count);
        }
    }

    #[test]
    fn floors_hold_whatever_the_memory_says(rows in 1.0..1e10_f64, hold in 0.1..1e6_f64, runs in 1..100_usize) {
        let known = || Some(Experience {
            hold: Some(assess::Hold { p90_ms: hold, runs }),
            ..Experience::default()
        });
        for change in free().into_iter().chain(costly()) {
            let (without, with) = (risk(&change, rows, true, None), risk(&change, rows, true, known()));
            prop_assert!(with.score >= without.score - 10.05, "{:?}: {:?} {:?}", change, without, with);
            let floor = match &change {
                Change::Drop { .. } => RiskLevel::Critical,
                Change::DropColumn { .. } | Change::RenameColumn { .. } => RiskLevel::High,
                _ => RiskLevel::Low,
            };
            prop_assert!(with.level >= floor, "{:?}: {:?}", change, with);
            prop_assert!((0.0..=100.0).contains(&with.score));
        }
    }
}

#[test]
fn what_costs_is_dearer_on_more_rows() {
    for change in costly() {
        let (few, many) = (risk(&change, 1e3, true, None), risk(&change, 5e6, true, None));
        assert!(few.score + 30.0 < many.score, "{change:?}: {few:?} {many:?}");
    }
}

/// A wider varchar is free, but for the indexes of partitions, which are built again under ACCESS EXCLUSIVE.
#[test]
fn a_wider_type_builds_the_indexes_of_partitions_again() {
    let (parent, part) = (Name::new("s", "p"), Name::new("s", "p_1"));
    let index = Index::btree("by_a", &["a"]);
    let table = || model::Table {
        columns: vec![Column::new("a", "character varying(10)")],
        indexes: BTreeMap::from([(index.name.clone(), index.clone())]),
        ..model::Table::default()
    };
    let to = Column::new("a", "character varying(20)");
    let change = |table: &Name| Change::AlterColumnType {
        table: table.clone(),
        from: Column::new("a", "character varying(10)"),
        to: to.clone(),
        using: None,
    };
    let mut schema = Schema::default();
    schema.tables.insert(parent.clone(), table());
    assert_eq!(Judged::of(&change(&parent), &schema, 17).effect.index_builds, 0);
    let partition_by = Some(Expr::new("LIST (b)"));
    schema.tables.insert(parent.clone(), model::Table { partition_by, ..table() });
    let partition_of = Some((parent.clone(), Expr::new("FOR VALUES IN (1)")));
    schema.tables.insert(part.clone(), model::Table { partition_of, ..table() });
    let effect = Judged::of(&change(&parent), &schema, 17).effect;
    assert_eq!((effect.index_builds, effect.scans), (1, vec![part]));
}
