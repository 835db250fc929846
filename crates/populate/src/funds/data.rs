//! The example's rows as `INSERT … SELECT` over a range of numbers: each row depends on its number
//! alone, so ranges can be filled at once and in any order, and referenced rows are known beforehand.

use model::{Literal, Sql, sql};

use super::FundsRows;
use super::stages::stage_spellings;

/// Rows `from` to `to` of a table that has `rows`. Of each row's number `i` are made: `r` and `r2`, two
/// non-negative 63-bit numbers; `u`, a fraction; `at`, a moment of the ten years up to now, the later the
/// larger the number. `OFFSET 0` keeps them from being worked out anew wherever they are used.
fn numbers(from: u64, to: u64, rows: u64, salt: u64) -> Sql {
    sql!(
        "(SELECT i, hashint8extended(i, {}) & 9223372036854775807 AS r, \
         hashint8extended(i, {}) & 9223372036854775807 AS r2, \
         (hashint8extended(i, {}) & 1048575) / 1048576.0::float8 AS u, \
         to_timestamp(floor((SELECT date_part('epoch', now())) - 315360000 * (1 - i / {}::float8))) AS at \
         FROM generate_series({}, {}) AS i OFFSET 0) AS n",
        salt,
        salt + 1,
        salt + 2,
        rows.max(1),
        from,
        to
    )
}

/// The fund that an investment belongs to, by the investment's number.
fn fund_of_investment(number: &str, rows: &FundsRows) -> Sql {
    sql!("1 + (hashint8extended({}, 77) & 9223372036854775807) % {}", Sql::verbatim(number), rows.funds)
}

fn words(choices: &[&str]) -> Sql {
    let literals = choices.iter().map(|choice| sql!("{}", Literal::new(*choice)));
    sql!("(ARRAY[{}])", Sql::join(literals, ", "))
}

/// `funds`.
pub(super) fn funds(from: u64, to: u64, rows: &FundsRows) -> Sql {
    sql!(
        "INSERT INTO public.funds (id, slug, name, strategy, currency, committed_capital, management_fee, \
         carried_interest, term_years, settings, created_at, updated_at) OVERRIDING SYSTEM VALUE \
         SELECT i, 'fund-' || lpad(i::text, 8, '0'), \
         {}[1 + r % 12] || ' ' || {}[1 + r / 12 % 5] || ' ' || (1 + r / 60 % 12), \
         {}[1 + r / 720 % 6], {}[1 + r / 4320 % 8], (5 + r2 % 995) * 1000000, \
         0.01 + (r2 % 11) / 1000.0, 0.1 + (r2 / 11 % 5) / 20.0, 8 + r2 / 176 % 5, \
         CASE WHEN r2 % 4 = 0 THEN jsonb_build_object('waterfall', 'european', 'recycling', r2 % 8 = 0) \
         ELSE {} END, at, at FROM {}",
        words(&[
            "Northwind",
            "Granite",
            "Harbor",
            "Juniper",
            "Kestrel",
            "Larkspur",
            "Meridian",
            "Obsidian",
            "Pinnacle",
            "Quarry",
            "Redwood",
            "Summit",
        ]),
        words(&["Ventures", "Growth", "Capital", "Partners", "Equity"]),
        words(&["venture", "growth", "buyout", "credit", "secondaries", "infrastructure"]),
        words(&["USD", "USD", "USD", "USD", "EUR", "EUR", "GBP", "CHF"]),
        Literal::new("{}"),
        numbers(from, to, rows.funds, 10)
    )
}

/// `investments`. A few spellings of the stage are common, most are rare, and some rows have none.
pub(super) fn investments(from: u64, to: u64, rows: &FundsRows) -> Sql {
    let spellings = stage_spellings();
    let spellings: Vec<&str> = spellings.keys().map(String::as_str).collect();
    sql!(
        "INSERT INTO public.investments (id, fund_id, company, stage, sector, amount, post_money_valuation, \
         ownership, invested_on, created_at) OVERRIDING SYSTEM VALUE \
         SELECT i, {}, {}[1 + r % 10] || {}[1 + r / 10 % 8] || ' ' || (1 + r / 80 % 900), \
         CASE WHEN r2 % 25 > 0 THEN {}[1 + floor({} * u * u * u)::bigint] END, \
         {}[1 + r / 72000 % 7], (50 + r2 % 20000) * 1000, (500 + r2 % 400000) * 1000, \
         ((50 + r2 % 20000) / 500000.0)::numeric(7, 6), at::date, at FROM {}",
        fund_of_investment("i", rows),
        words(&["Acme", "Bright", "Cobalt", "Delta", "Ember", "Falcon", "Gamma", "Helio", "Indigo", "Jade"]),
        words(&["works", "base", "lab", "grid", "soft", "health", "pay", "cloud"]),
        words(&spellings),
        spellings.len(),
        words(&["software", "biotech", "fintech", "energy", "consumer", "industrial", "health"]),
        numbers(from, to, rows.investments, 20)
    )
}

/// `fund_events`. Seven in ten are about an investment, and then of that investment's fund.
pub(super) fn fund_events(from: u64, to: u64, rows: &FundsRows) -> Sql {
    let investment = sql!("(1 + r % {})", rows.investments.max(1));
    let has_investment = if rows.investments > 0 { sql!("u < 0.7") } else { sql!("false") };
    sql!(
        "INSERT INTO public.fund_events (id, fund_id, investment_id, kind, amount, payload, occurred_at, \
         created_at) OVERRIDING SYSTEM VALUE \
         SELECT i, CASE WHEN {} THEN {} ELSE 1 + r2 % {} END, CASE WHEN {} THEN {} END, \
         CASE WHEN {} THEN {}[1 + r2 % 3] ELSE {}[1 + r2 % 3] END, (1 + r2 % 90000) * 100, \
         jsonb_build_object('note', 'Q' || (1 + r2 % 4)), at, at FROM {}",
        has_investment,
        fund_of_investment(investment.as_str(), rows),
        rows.funds,
        has_investment,
        investment,
        has_investment,
        words(&["investment", "valuation", "exit"]),
        words(&["capital_call", "distribution", "fee"]),
        numbers(from, to, rows.fund_events, 30)
    )
}

/// `scenarios`. The first of each fund is its base case.
pub(super) fn scenarios(from: u64, to: u64, rows: &FundsRows) -> Sql {
    sql!(
        "INSERT INTO public.scenarios (id, fund_id, name, description, assumptions, is_base, created_at) \
         OVERRIDING SYSTEM VALUE SELECT i, 1 + (i - 1) % {}, \
         {}[1 + (i - 1) / {} % 4] || ' ' || (1 + (i - 1) / {} / 4), NULL, \
         jsonb_build_object('exitMultiple', (1 + r % 60 / 10.0)::numeric(4, 1), \
         'lossRatio', (r2 % 40 / 100.0)::numeric(4, 2)), \
         i <= {}, at FROM {}",
        rows.funds,
        words(&["Base case", "Upside", "Downside", "Follow-on"]),
        rows.funds,
        rows.funds,
        rows.funds,
        numbers(from, to, rows.scenarios, 40)
    )
}

/// `carry_waterfalls`: up to three tiers a scenario.
pub(super) fn carry_waterfalls(from: u64, to: u64, rows: &FundsRows) -> Sql {
    sql!(
        "INSERT INTO public.carry_waterfalls (id, fund_id, scenario_id, tier, hurdle_rate, catch_up, gp_share, \
         created_at) OVERRIDING SYSTEM VALUE \
         SELECT i, 1 + ((i - 1) / 3) % {}, 1 + (i - 1) / 3, 1 + (i - 1) % 3, 0.06 + (r % 5) / 100.0, 1, \
         0.1 * (1 + (i - 1) % 3), at FROM {}",
        rows.funds,
        numbers(from, to, rows.carry_waterfalls, 50)
    )
}

/// `monte_carlo_results`.
pub(super) fn monte_carlo_results(from: u64, to: u64, rows: &FundsRows) -> Sql {
    sql!(
        "INSERT INTO public.monte_carlo_results (id, scenario_id, runs, seed, irr_mean, tvpi_mean, \
         percentiles, duration_ms, created_at) OVERRIDING SYSTEM VALUE \
         SELECT i, 1 + r % {}, 1000 * (1 + r2 % 10), r2 % 1000000, 0.05 + 0.3 * u, 1 + 2 * u, \
         jsonb_build_object('p5', r2 % 60 / 100.0, 'p25', r2 % 120 / 100.0, 'p50', r2 % 170 / 100.0, \
         'p75', r2 % 220 / 100.0, 'p95', r2 % 340 / 100.0), \
         500 + r2 % 9000, at FROM {}",
        rows.scenarios.max(1),
        numbers(from, to, rows.monte_carlo_results, 60)
    )
}
