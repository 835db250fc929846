//! Over every kind of change and every form of statement: a score grows with rows just where the cost does.
//!
//! What costs is told by the measured facts: a rewrite, a scan, an index build. What destroys rows, fails on
//! them or breaks code has a floor as soon as there is one row, and stays there.

use std::collections::{BTreeMap, BTreeSet};

use assess::effect::{Act, judge};
use assess::{Evidence, Input, Judged};
use facts::Form;
use model::{
    Change, Effect, Fingerprint, Index, Name, ObjectRef, Operation, Risk, Schema, Silent, Statistics,
    TableStatistics,
};
use read::{Reader, Source};
use testkit::TestDatabase;

const ROWS: [f64; 6] = [0.0, 1.0, 100.0, 10_000.0, 1_000_000.0, 100_000_000.0];

async fn schema(database: &TestDatabase) -> Schema {
    let source = Source::parse(&database.target().url_with_password()).expect("a URL");
    let mut reader = Reader::new(shadow::ShadowOptions::default(), &Silent);
    reader.read(&source).await.expect("it reads").schema
}

/// Every table with so many rows; indexes are scanned or not.
fn statistics(schema: &Schema, rows: f64, scans: u64) -> Statistics {
    let of = |(name, table): (&Name, &model::Table)| {
        let index_scans = table.indexes.keys().map(|index| (index.clone(), scans)).collect();
        let has_rows = Some(rows > 0.0);
        (
            name.clone(),
            TableStatistics { rows: Some(rows), has_rows, index_scans, ..TableStatistics::default() },
        )
    };
    Statistics { tables: schema.tables.iter().map(of).collect(), ..Statistics::default() }
}

/// The risk of each of them.
fn risks(schema: &Schema, all: &[Judged], statistics: &Statistics, critical: bool) -> Vec<Risk> {
    let tables: BTreeSet<Name> = schema.tables.keys().filter(|_| critical).cloned().collect();
    let assessment = assess::assess(Input {
        from: schema,
        to: Fingerprint::of_bytes(b"wanted"),
        server_version: None,
        changes: all.to_vec(),
        statistics: Some(statistics),
        critical_tables: &tables,
        code_uses: None,
        preconditions: &[],
        live: None,
        experience: &BTreeMap::new(),
        stall_budget_ms: 100.0,
        evidence: Evidence::default(),
    });
    assessment.changes.into_iter().map(|change| change.risk).collect()
}

/// Whether more rows make it dearer, by what was measured of its statements.
fn costs(judged: &Judged, scans: u64) -> bool {
    let Effect { rewrites, scans: read, index_builds, .. } = &judged.effect;
    // What an index spared the queries, they read from now on.
    let used = matches!(judged.change, Change::DropIndex { .. }) && scans > 0;
    !rewrites.is_empty() || !read.is_empty() || *index_builds > 0 || used
}

/// The scores at each row count never shrink, and are all the same where nothing costs; where something does,
/// the largest is above the smallest.
fn holds(schema: &Schema, all: &[Judged], name: impl Fn(&Judged) -> String) {
    for (critical, scans) in [(true, 0), (false, 9)] {
        let at = |rows: f64| risks(schema, all, &statistics(schema, rows, scans), critical);
        let by_rows: Vec<Vec<Risk>> = ROWS.iter().map(|rows| at(*rows)).collect();
        for (at, judged) in all.iter().enumerate() {
            let (name, each) = (name(judged), || by_rows.iter().map(|risks| &risks[at]));
            let scores: Vec<f64> = each().map(|risk| risk.score).collect();
            let factors: Vec<f64> = each().map(|risk| risk.factors.total()).collect();
            assert!(scores.is_sorted() && factors.is_sorted(), "{name}: {scores:?} {factors:?}");
            if costs(judged, scans) {
                assert!(factors[0] < factors[5], "{name} costs, and does not score: {:?}", by_rows[5][at]);
            } else {
                assert!(scores[1..].iter().all(|score| *score == scores[1]), "{name}: {scores:?}");
                assert!(factors.iter().all(|points| *points == factors[0]), "{name}: {factors:?}");
            }
        }
    }
}

/// Operations of statements that no comparison of two schemas leads to.
fn is_of_statements_alone(operation: Operation) -> bool {
    use Operation as O;
    matches!(
        operation,
        O::AlterTable
            | O::AlterMaterializedView
            | O::TransformColumn
            | O::AlterIndex
            | O::Reindex
            | O::AlterConstraint
            | O::RenameEnumValue
            | O::RefreshMaterializedView
            | O::CreateRole
            | O::SetTablespace
            | O::SetOwner
            | O::SetSchema
            | O::Inherit
            | O::CreateStatistics
            | O::DropStatistics
            | O::CreatePublication
            | O::AlterPublication
            | O::Grant
            | O::Revoke
            | O::Insert
            | O::Update
            | O::Delete
            | O::Merge
            | O::Copy
            | O::Truncate
            | O::Vacuum
            | O::Analyze
            | O::Cluster
            | O::Lock
            | O::Select
            | O::Set
            | O::Transaction
            | O::Do
            | O::Other
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_score_grows_with_rows_just_where_the_cost_does() {
    let mut seen = BTreeSet::new();
    for major in testkit::majors() {
        let (now, wanted) = (testkit::database(major).await, testkit::database(major).await);
        now.run(include_str!("everything/before.sql")).await;
        wanted.run(include_str!("everything/after.sql")).await;
        let (from, to) = (schema(&now).await, schema(&wanted).await);
        let told = ["s.c.old_name=new_name", "s.old_table=new_table"];
        for (from, to, told) in [(&from, &to, &told[..]), (&to, &from, &[])] {
            let renames: Vec<_> = told.iter().filter_map(|text| text.parse().ok()).collect();
            let changes = diff::diff(from, to, &renames).expect("it compares").changes;
            let renamed = assess::renamed(from, &changes);
            let all: Vec<Judged> = changes.iter().map(|change| Judged::of(change, &renamed, major)).collect();
            let name = |Judged { change, .. }: &Judged| format!("{} {}", change.operation(), change.object());
            holds(&renamed, &all, |judged| format!("{major}: {}", name(judged)));
            seen.extend(changes.iter().map(Change::operation));
        }
    }
    let missing: Vec<_> = Operation::ALL
        .iter()
        .filter(|operation| !seen.contains(*operation) && !is_of_statements_alone(**operation))
        .collect();
    assert!(missing.is_empty(), "never seen: {missing:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_scores_by_what_it_does() {
    let database = testkit::database(testkit::majors()[0]).await;
    database.run(include_str!("everything/before.sql")).await;
    let schema = schema(&database).await;
    let mut all = Vec::new();
    let mut names = BTreeMap::new();
    for table in ["c", "parts", "base"].map(|table| Name::new("s", table)) {
        for (form, major) in Form::ALL.iter().flat_map(|form| [13, 18].map(|major| (*form, major))) {
            let act = Act::new(form, &table).on(&model::Ident::new("a"));
            let effect = judge(&[act], &schema, major).effect;
            // A change that does nothing by itself: all there is to score is what the form does.
            let name = format!("{major}: {} on {table}", form.name());
            let to = Some(all.len().to_string());
            let change = Change::Comment { on: ObjectRef::Table(table.clone()), from: None, to: to.clone() };
            names.insert(to, name);
            all.push(Judged { change, effect, unknown: Vec::new(), findings: Vec::new() });
        }
    }
    let costly = all.iter().filter(|judged| costs(judged, 0)).count();
    assert!(costly > 100, "{costly} of {}", all.len());
    holds(&schema, &all, |judged| match &judged.change {
        Change::Comment { to, .. } => names[to].clone(),
        _ => String::new(),
    });
}

#[test]
fn an_index_that_queries_use_is_dearer_to_lose_on_more_rows() {
    let table = Name::new("s", "c");
    let index = Index::btree("by_a", &["a"]);
    let mut schema = Schema::default();
    let indexes = BTreeMap::from([(index.name.clone(), index.clone())]);
    schema.tables.insert(table.clone(), model::Table { indexes, ..model::Table::default() });
    let judged = Judged::of(&Change::DropIndex { table, index }, &schema, 17);
    let all = [judged];
    let at = |rows| risks(&schema, &all, &statistics(&schema, rows, 5), true)[0].score;
    assert!(at(1e3) + 20.0 < at(5e6));
}
