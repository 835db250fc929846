-- What is in production before any of these migrations: every table holds rows.
CREATE TYPE stage AS ENUM ('open', 'closed');
CREATE DOMAIN label AS text;
CREATE SCHEMA audit;
CREATE TABLE regions (id bigint PRIMARY KEY, name text NOT NULL, weight numeric(9, 2));
CREATE TABLE funds (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slug varchar(80) NOT NULL CONSTRAINT funds_slug_key UNIQUE,
    name text,
    code varchar,
    note varchar(40),
    currency char(3) NOT NULL DEFAULT 'USD',
    capital numeric(18, 2) NOT NULL DEFAULT 0,
    state stage NOT NULL DEFAULT 'open',
    region_id bigint,
    settings jsonb NOT NULL DEFAULT '{}',
    network cidr,
    moment timestamp(3) without time zone,
    bits bit varying(8),
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT funds_capital_check CHECK (capital >= 0)
);
CREATE INDEX funds_created_at_idx ON funds (created_at);
CREATE INDEX funds_region_id_idx ON funds (region_id);
CREATE TABLE investments (
    id bigint PRIMARY KEY,
    fund_id bigint NOT NULL,
    company text NOT NULL,
    amount numeric(18, 2) NOT NULL,
    CONSTRAINT investments_fund_id_fkey FOREIGN KEY (fund_id) REFERENCES funds (id)
);
CREATE INDEX investments_fund_id_idx ON investments (fund_id);
CREATE TABLE events (id bigint NOT NULL, at date NOT NULL, kind text) PARTITION BY RANGE (at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE archive (id bigint NOT NULL, at date NOT NULL, kind text,
    CONSTRAINT archive_at_check CHECK (at IS NOT NULL AND at >= '2024-01-01' AND at < '2025-01-01'));
CREATE VIEW totals AS SELECT fund_id, sum(amount) AS total FROM investments GROUP BY fund_id;
CREATE MATERIALIZED VIEW fund_totals AS SELECT fund_id, sum(amount) AS total FROM investments GROUP BY fund_id;
CREATE UNIQUE INDEX fund_totals_fund_id_idx ON fund_totals (fund_id);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.created_at = now(); RETURN NEW; END $$;
CREATE FUNCTION one() RETURNS integer IMMUTABLE LANGUAGE sql AS $$ SELECT 1 $$;
CREATE TABLE countries (code text PRIMARY KEY, name text);
