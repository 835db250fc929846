CREATE SCHEMA "App Data";
CREATE TYPE public.status AS ENUM ('draft', 'it''s live', 'closed');
CREATE DOMAIN public.percent AS numeric(5,2) DEFAULT 0 CHECK (VALUE >= 0 AND VALUE <= 100);
CREATE TYPE public.money_pair AS (amount numeric(12,2), currency char(3));
CREATE TYPE public.float_range AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE SEQUENCE public.ticket_seq INCREMENT BY 5 START WITH 100 CACHE 10;
CREATE FUNCTION public.next_ticket() RETURNS bigint LANGUAGE sql AS $$ SELECT nextval('public.ticket_seq') $$;
CREATE FUNCTION public.is_even(n integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT n % 2 = 0 $$;
CREATE TABLE public.funds (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name varchar(200) NOT NULL,
  slug text UNIQUE,
  ticket bigint NOT NULL DEFAULT public.next_ticket(),
  share public.percent,
  state public.status NOT NULL DEFAULT 'draft',
  tags text[] NOT NULL DEFAULT '{}',
  pair public.money_pair,
  span public.float_range,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  lower_name text GENERATED ALWAYS AS (lower(name)) STORED,
  note text COLLATE "C",
  CONSTRAINT name_not_empty CHECK (name <> ''),
  CONSTRAINT kinds CHECK (slug IN ('a', 'b', 'c'))
);
COMMENT ON TABLE public.funds IS 'It''s a "fund" \ here';
COMMENT ON COLUMN public.funds.name IS 'name';
CREATE TABLE "App Data"."Odd ""Table""" (
  "Select" serial PRIMARY KEY,
  fund_id bigint REFERENCES public.funds ON DELETE CASCADE,
  parent integer REFERENCES "App Data"."Odd ""Table""",
  even integer CHECK (public.is_even(even)),
  "weird, name" int4range,
  EXCLUDE USING gist ("weird, name" WITH &&),
  UNIQUE (fund_id, parent) DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE public.funds ADD COLUMN best integer;
ALTER TABLE public.funds ADD CONSTRAINT best_fk FOREIGN KEY (best) REFERENCES "App Data"."Odd ""Table""" ON DELETE SET NULL;
ALTER TABLE public.funds ADD CONSTRAINT later CHECK (best > 0) NOT VALID;
CREATE INDEX funds_name_idx ON public.funds (lower(name), created_at DESC NULLS LAST) INCLUDE (slug) WHERE state <> 'closed';
CREATE UNIQUE INDEX funds_tags ON public.funds USING btree (ticket) WITH (fillfactor = 70);
CREATE INDEX funds_gin ON public.funds USING gin (tags);
CREATE INDEX funds_pattern ON public.funds (name text_pattern_ops, note COLLATE "POSIX");
CREATE TABLE public.events (id bigint NOT NULL, at date NOT NULL, body jsonb, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_rest PARTITION OF public.events DEFAULT;
CREATE INDEX events_body ON public.events USING gin (body);
CREATE TABLE public.base (a int, b text NOT NULL);
CREATE TABLE public.derived (c int) INHERITS (public.base);
CREATE VIEW public.open_funds AS SELECT id, name, state FROM public.funds WHERE state <> 'closed';
CREATE VIEW public.fund_names WITH (security_barrier = true) AS SELECT name FROM public.open_funds;
CREATE MATERIALIZED VIEW public.fund_counts AS SELECT state, count(*) AS n FROM public.funds GROUP BY state;
CREATE UNIQUE INDEX fund_counts_state ON public.fund_counts (state);
CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'x'; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE OF name ON public.funds FOR EACH ROW WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION public.touch();
CREATE FUNCTION public.fund_of(f public.funds) RETURNS SETOF public.funds LANGUAGE sql STABLE AS $$ SELECT f.* $$;
CREATE PROCEDURE public.tidy(days integer DEFAULT 3) LANGUAGE sql AS $$ DELETE FROM public.base WHERE a < days $$;
ALTER TABLE public.funds ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON public.funds FOR SELECT TO PUBLIC USING (state <> 'draft');
CREATE POLICY ins ON public.funds AS RESTRICTIVE FOR INSERT WITH CHECK (name <> 'x');
ALTER TABLE public.funds ALTER COLUMN name SET STATISTICS 500, ALTER COLUMN slug SET STORAGE EXTERNAL, SET (fillfactor = 90);
ALTER TABLE public.base REPLICA IDENTITY FULL;
CREATE UNLOGGED TABLE public.scratch (v int);
