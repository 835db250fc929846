//! The application that writes how far an investment's company was: in any spelling, or in one.

use model::{Ident, Name};
use traffic::{Does, Parameter, Statement, Workload, funds};

use super::{fund, table};

/// The table that changes.
pub(crate) fn investments() -> Name {
    table("investments")
}

/// The column that is wanted. Updates are booked under it by old code as well, which knows what its
/// spelling means; so the audit at the end finds every acknowledged one there.
pub(crate) fn normalized() -> Ident {
    Ident::new("stage_normalized")
}

/// What old code spells, and what it means by that.
const SPELLED: [(&str, &str); 5] = [
    ("seed", "SEED"),
    (" Series A", "SERIES_A"),
    ("SERIES-B", "SERIES_B"),
    ("series_b_plus", "SERIES_B_PLUS"),
    ("growth", "GROWTH"),
];

/// Old code: it knows `stage` alone.
pub(crate) fn before() -> Workload {
    let mut workload = common("investments by stage");
    let spelled = SPELLED.map(|(spelling, _)| spelling);
    workload.statements.extend([
        Statement::read(
            "investments.of_fund",
            20,
            "SELECT id, company, stage, sector, amount, invested_on FROM public.investments \
             WHERE fund_id = $1 ORDER BY invested_on DESC LIMIT 50",
            vec![fund()],
        ),
        Statement::read(
            "investments.of_stage",
            10,
            "SELECT id, company, amount FROM public.investments WHERE stage = $1 LIMIT 20",
            vec![Parameter::one_of(&spelled)],
        ),
        insert("stage", &spelled),
        Statement::write(
            "investments.restage",
            14,
            Does::Update(investments(), normalized()),
            "UPDATE public.investments SET stage = $2 WHERE id = $1 RETURNING CASE $2 \
             WHEN 'seed' THEN 'SEED' WHEN ' Series A' THEN 'SERIES_A' WHEN 'SERIES-B' THEN 'SERIES_B' \
             WHEN 'series_b_plus' THEN 'SERIES_B_PLUS' WHEN 'growth' THEN 'GROWTH' END",
            vec![Parameter::Row, Parameter::one_of(&spelled)],
        ),
    ]);
    workload
}

/// New code: it knows `stage_normalized` alone.
pub(crate) fn after() -> Workload {
    let mut workload = common("investments by normalized stage");
    let values = SPELLED.map(|(_, value)| value);
    let with_unknown: Vec<&str> = values.into_iter().chain(["UNKNOWN"]).collect();
    workload.statements.extend([
        Statement::read(
            "investments.of_fund_normalized",
            20,
            "SELECT id, company, stage_normalized, sector, amount, invested_on FROM public.investments \
             WHERE fund_id = $1 ORDER BY invested_on DESC LIMIT 50",
            vec![fund()],
        ),
        Statement::read(
            "investments.of_normalized_stage",
            10,
            "SELECT id, company, amount FROM public.investments WHERE stage_normalized = $1 LIMIT 20",
            vec![Parameter::one_of(&values)],
        ),
        insert("stage_normalized", &with_unknown),
        Statement::write(
            "investments.restage_normalized",
            14,
            Does::Update(investments(), normalized()),
            "UPDATE public.investments SET stage_normalized = $2 WHERE id = $1 RETURNING stage_normalized",
            vec![Parameter::Row, Parameter::one_of(&with_unknown)],
        ),
    ]);
    workload
}

fn insert(column: &'static str, values: &[&str]) -> Statement {
    let sql = model::sql!(
        "INSERT INTO public.investments (fund_id, company, {}, amount, invested_on) \
         VALUES ($1, $2, $3, $4, current_date) RETURNING id::text",
        Ident::new(column)
    );
    let parameters = vec![
        fund(),
        Parameter::Word("Company ".to_owned()),
        Parameter::one_of(values),
        Parameter::Between(50_000, 40_000_000),
    ];
    Statement::write(
        &format!("investments.insert_{column}"),
        14,
        Does::Insert(investments()),
        sql.as_str(),
        parameters,
    )
}

/// What both versions send. The two columns take part in no comparison of untouched rows: one goes and one
/// comes; what they hold is looked at from outside.
fn common(name: &str) -> Workload {
    let mut workload = funds::workload();
    name.clone_into(&mut workload.name);
    let about_stage = ["investments.of_fund", "investments.insert"];
    workload.statements.retain(|statement| !about_stage.contains(&statement.name.as_str()));
    for watched in workload.tables.iter_mut().filter(|watched| watched.table == investments()) {
        let columns = [
            "id",
            "fund_id",
            "company",
            "sector",
            "amount",
            "post_money_valuation",
            "ownership",
            "invested_on",
            "created_at",
        ];
        watched.columns = Some(columns.into_iter().map(Ident::new).collect());
    }
    workload
}
