//! The workload of the fund-modelling example: what its application sends while people use it.

use model::{Ident, Name};

use crate::{Does, Parameter, Statement, Watched, Workload};

/// Strategies that funds have in the example's data.
pub const STRATEGIES: [&str; 6] = ["venture", "growth", "buyout", "credit", "secondaries", "infrastructure"];

/// The application as it was written for the schema before the change: it names its columns, except
/// in the two `SELECT *` that every code base has somewhere.
pub fn workload() -> Workload {
    Workload {
        name: "funds".to_owned(),
        statements: reads().into_iter().chain(writes()).collect(),
        tables: ["funds", "investments", "fund_events", "scenarios"]
            .into_iter()
            .map(|table| Watched::public(table, "id"))
            .collect(),
        seed: 2020,
    }
}

/// The application after it was deployed for funds with a vintage year: it writes and looks for it.
pub fn workload_with_vintage() -> Workload {
    let mut workload = workload();
    workload.name = "funds with vintage year".to_owned();
    workload.statements.retain(|statement| statement.name != "funds.insert");
    workload.statements.extend([
        Statement::read(
            "funds.of_vintage",
            12,
            "SELECT id, name, vintage_year, created_at FROM public.funds WHERE vintage_year = $1 \
             ORDER BY created_at DESC LIMIT 20",
            vec![Parameter::Between(2000, 2030)],
        ),
        Statement::write(
            "funds.insert_with_vintage",
            22,
            Does::Insert(table("funds")),
            "INSERT INTO public.funds (slug, name, strategy, committed_capital, vintage_year) \
             VALUES ($1, $2, $3, $4, $5) RETURNING id::text",
            vec![
                Parameter::Word("fund-".to_owned()),
                Parameter::Word("Fund ".to_owned()),
                strategy(),
                Parameter::Between(1_000_000, 900_000_000),
                Parameter::Between(2000, 2030),
            ],
        ),
    ]);
    workload
}

fn reads() -> Vec<Statement> {
    let fund = || vec![value("funds", "id")];
    vec![
        Statement::read("funds.by_id", 30, "SELECT * FROM public.funds WHERE id = $1", fund()),
        Statement::read(
            "funds.by_slug",
            12,
            "SELECT id, slug, name, strategy, currency, committed_capital, created_at FROM public.funds \
             WHERE slug = $1",
            vec![value("funds", "slug")],
        ),
        Statement::read(
            "funds.newest",
            6,
            "SELECT id, name, strategy, committed_capital, created_at FROM public.funds \
             ORDER BY created_at DESC LIMIT 20",
            Vec::new(),
        ),
        Statement::read(
            "funds.of_strategy",
            8,
            "SELECT id, name, committed_capital, created_at FROM public.funds WHERE strategy = $1 \
             ORDER BY created_at DESC NULLS LAST LIMIT 20",
            vec![strategy()],
        ),
        Statement::read(
            "investments.of_fund",
            20,
            "SELECT id, company, stage, sector, amount, invested_on FROM public.investments \
             WHERE fund_id = $1 ORDER BY invested_on DESC LIMIT 50",
            fund(),
        ),
        Statement::read(
            "fund_events.of_fund",
            12,
            "SELECT id, kind, amount, occurred_at FROM public.fund_events WHERE fund_id = $1 \
             ORDER BY occurred_at DESC LIMIT 50",
            fund(),
        ),
        Statement::read(
            "scenarios.with_waterfall",
            8,
            "SELECT s.id, s.name, s.is_base, w.tier, w.hurdle_rate, w.gp_share, w.lp_share \
             FROM public.scenarios s LEFT JOIN public.carry_waterfalls w ON w.scenario_id = s.id \
             WHERE s.fund_id = $1 ORDER BY s.id, w.tier",
            fund(),
        ),
        Statement::read(
            "monte_carlo_results.newest",
            4,
            "SELECT * FROM public.monte_carlo_results WHERE scenario_id = $1 ORDER BY created_at DESC LIMIT 1",
            vec![value("scenarios", "id")],
        ),
    ]
}

fn writes() -> Vec<Statement> {
    vec![
        Statement::write(
            "funds.insert",
            22,
            Does::Insert(table("funds")),
            "INSERT INTO public.funds (slug, name, strategy, committed_capital) VALUES ($1, $2, $3, $4) \
             RETURNING id::text",
            vec![
                Parameter::Word("fund-".to_owned()),
                Parameter::Word("Fund ".to_owned()),
                strategy(),
                Parameter::Between(1_000_000, 900_000_000),
            ],
        ),
        Statement::write(
            "funds.commit",
            28,
            update("funds", "committed_capital"),
            "UPDATE public.funds SET committed_capital = $2, updated_at = now() WHERE id = $1 \
             RETURNING committed_capital::text",
            vec![Parameter::Row, Parameter::Number],
        ),
        Statement::write(
            "investments.insert",
            14,
            Does::Insert(table("investments")),
            "INSERT INTO public.investments (fund_id, company, stage, amount, invested_on) \
             VALUES ($1, $2, $3, $4, current_date) RETURNING id::text",
            vec![
                value("funds", "id"),
                Parameter::Word("Company ".to_owned()),
                Parameter::one_of(&["seed", "Series A", "series-b", "growth"]),
                Parameter::Between(50_000, 40_000_000),
            ],
        ),
        Statement::write(
            "investments.revalue",
            12,
            update("investments", "post_money_valuation"),
            "UPDATE public.investments SET post_money_valuation = $2 WHERE id = $1 \
             RETURNING post_money_valuation::text",
            vec![Parameter::Row, Parameter::Number],
        ),
        Statement::write(
            "fund_events.insert",
            16,
            Does::Insert(table("fund_events")),
            "INSERT INTO public.fund_events (fund_id, kind, amount, occurred_at) \
             VALUES ($1, $2, $3, now()) RETURNING id::text",
            vec![
                value("funds", "id"),
                Parameter::one_of(&["capital_call", "distribution", "valuation", "fee"]),
                Parameter::Between(1_000, 9_000_000),
            ],
        ),
        Statement::write(
            "fund_events.delete",
            3,
            Does::Delete(table("fund_events")),
            "DELETE FROM public.fund_events WHERE id = $1 RETURNING id::text",
            vec![Parameter::Row],
        ),
        Statement::write(
            "scenarios.rename",
            5,
            update("scenarios", "name"),
            "UPDATE public.scenarios SET name = $2 WHERE id = $1 RETURNING name::text",
            vec![Parameter::Row, Parameter::Word("Scenario ".to_owned())],
        ),
    ]
}

fn table(name: &str) -> Name {
    Name::new("public", name)
}

fn update(name: &str, column: &str) -> Does {
    Does::Update(table(name), Ident::new(column))
}

fn value(name: &str, column: &str) -> Parameter {
    Parameter::Value(table(name), Ident::new(column))
}

fn strategy() -> Parameter {
    Parameter::one_of(&STRATEGIES)
}
