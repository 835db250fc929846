-- The schema of src/schema.ts in SQL: before.sql with the vintage year of a fund,
-- its index and its check.

CREATE TABLE funds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug varchar(80) NOT NULL CONSTRAINT funds_slug_unique UNIQUE,
    name text NOT NULL,
    strategy text NOT NULL DEFAULT 'venture',
    currency char(3) NOT NULL DEFAULT 'USD',
    committed_capital numeric(18, 2) NOT NULL DEFAULT '0',
    management_fee numeric(6, 4) NOT NULL DEFAULT 0.02,
    carried_interest numeric(6, 4) NOT NULL DEFAULT 0.2,
    term_years integer NOT NULL DEFAULT 10,
    settings jsonb NOT NULL DEFAULT '{}',
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    updated_at timestamp with time zone NOT NULL DEFAULT now(),
    vintage_year integer NOT NULL DEFAULT 2020,
    CONSTRAINT funds_committed_capital_check CHECK (committed_capital >= 0),
    CONSTRAINT funds_carried_interest_check CHECK (carried_interest >= 0 AND carried_interest < 1),
    CONSTRAINT funds_vintage_year_check CHECK (vintage_year BETWEEN 2000 AND 2030)
);

CREATE INDEX funds_created_at_idx ON funds (created_at);
CREATE INDEX funds_strategy_created_at_idx ON funds (strategy, created_at DESC NULLS LAST);
CREATE INDEX funds_vintage_year_created_at_idx ON funds (vintage_year, created_at);

CREATE TABLE investments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id bigint NOT NULL,
    company text NOT NULL,
    stage text,
    sector text,
    amount numeric(18, 2) NOT NULL,
    post_money_valuation numeric(18, 2),
    ownership numeric(7, 6),
    invested_on date NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT investments_fund_id_funds_id_fk FOREIGN KEY (fund_id) REFERENCES funds (id) ON DELETE CASCADE,
    CONSTRAINT investments_amount_check CHECK (amount > 0)
);

CREATE INDEX investments_fund_id_idx ON investments (fund_id);
CREATE INDEX investments_stage_idx ON investments (stage);
CREATE INDEX investments_company_idx ON investments (lower(company));

CREATE TABLE fund_events (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id bigint NOT NULL,
    investment_id bigint,
    kind text NOT NULL,
    amount numeric(18, 2),
    payload jsonb NOT NULL DEFAULT '{}',
    occurred_at timestamp with time zone NOT NULL,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT fund_events_fund_id_funds_id_fk FOREIGN KEY (fund_id) REFERENCES funds (id) ON DELETE CASCADE,
    CONSTRAINT fund_events_investment_id_investments_id_fk
        FOREIGN KEY (investment_id) REFERENCES investments (id) ON DELETE CASCADE,
    CONSTRAINT fund_events_kind_check
        CHECK (kind IN ('capital_call', 'distribution', 'investment', 'valuation', 'exit', 'fee'))
);

CREATE INDEX fund_events_fund_id_occurred_at_idx ON fund_events (fund_id, occurred_at);
CREATE INDEX fund_events_investment_id_idx ON fund_events (investment_id) WHERE investment_id IS NOT NULL;

CREATE TABLE scenarios (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id bigint NOT NULL,
    name text NOT NULL,
    description text,
    assumptions jsonb NOT NULL DEFAULT '{}',
    is_base boolean NOT NULL DEFAULT false,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT scenarios_fund_id_funds_id_fk FOREIGN KEY (fund_id) REFERENCES funds (id) ON DELETE CASCADE,
    CONSTRAINT scenarios_fund_id_name_unique UNIQUE (fund_id, name)
);

CREATE UNIQUE INDEX scenarios_fund_id_base_idx ON scenarios (fund_id) WHERE is_base;

CREATE TABLE carry_waterfalls (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    fund_id bigint NOT NULL,
    scenario_id bigint NOT NULL,
    tier integer NOT NULL,
    hurdle_rate numeric(6, 4) NOT NULL DEFAULT 0.08,
    catch_up numeric(6, 4) NOT NULL DEFAULT '1',
    gp_share numeric(6, 4) NOT NULL,
    lp_share numeric(6, 4) NOT NULL GENERATED ALWAYS AS (1 - gp_share) STORED,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT carry_waterfalls_fund_id_funds_id_fk FOREIGN KEY (fund_id) REFERENCES funds (id) ON DELETE CASCADE,
    CONSTRAINT carry_waterfalls_scenario_id_scenarios_id_fk
        FOREIGN KEY (scenario_id) REFERENCES scenarios (id) ON DELETE CASCADE,
    CONSTRAINT carry_waterfalls_scenario_id_tier_unique UNIQUE (scenario_id, tier),
    CONSTRAINT carry_waterfalls_tier_check CHECK (tier > 0),
    CONSTRAINT carry_waterfalls_gp_share_check CHECK (gp_share BETWEEN 0 AND 1)
);

CREATE INDEX carry_waterfalls_fund_id_idx ON carry_waterfalls (fund_id);

CREATE TABLE monte_carlo_results (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    scenario_id bigint NOT NULL,
    runs integer NOT NULL,
    seed bigint NOT NULL,
    irr_mean double precision NOT NULL,
    tvpi_mean double precision NOT NULL,
    percentiles jsonb NOT NULL,
    duration_ms integer,
    created_at timestamp with time zone NOT NULL DEFAULT now(),
    CONSTRAINT monte_carlo_results_scenario_id_scenarios_id_fk
        FOREIGN KEY (scenario_id) REFERENCES scenarios (id) ON DELETE CASCADE,
    CONSTRAINT monte_carlo_results_runs_check CHECK (runs > 0)
);

CREATE INDEX monte_carlo_results_scenario_id_created_at_idx ON monte_carlo_results (scenario_id, created_at);
