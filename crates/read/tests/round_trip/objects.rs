//! What a database has besides tables and views, each in several forms of which a world picks one.

/// One kind of object in each line of forms; the empty form is its absence. Later ones may stand on earlier ones.
pub(crate) const BEFORE_TABLES: &[&[&str]] = &[
    &[
        "CREATE SCHEMA \"Odd \"\"Schema\"",
        "CREATE SCHEMA \"Odd \"\"Schema\"; COMMENT ON SCHEMA \"Odd \"\"Schema\" IS 'odd'",
    ],
    &[
        "",
        "CREATE EXTENSION hstore WITH SCHEMA public",
        "CREATE EXTENSION hstore WITH SCHEMA \"Odd \"\"Schema\"",
    ],
    &["", "CREATE EXTENSION citext WITH SCHEMA public"],
    &[
        "CREATE COLLATION public.ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE COLLATION public.ci (provider = icu, locale = 'de-DE')",
        "CREATE COLLATION public.ci (provider = libc, locale = 'C')",
        "CREATE COLLATION public.ci (provider = builtin, locale = 'C.UTF-8')",
        "CREATE COLLATION public.ci FROM \"C\"; COMMENT ON COLLATION public.ci IS 'none''s'",
    ],
    &[
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'it''s')",
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok')",
        "CREATE TYPE public.mood AS ENUM ('sad', 'new', 'ok', 'it''s')",
        "CREATE TYPE public.mood AS ENUM ('ok', 'sad')",
        "CREATE TYPE public.mood AS ENUM ('sad', 'ok', 'it''s', E'back\\\\slash \"quoted\"')",
    ],
    &["", "COMMENT ON TYPE public.mood IS 'how it feels'"],
    &[
        "CREATE DOMAIN public.pct AS integer CHECK (VALUE >= 0)",
        "CREATE DOMAIN public.pct AS integer DEFAULT 3 CHECK (VALUE >= 0) CHECK (VALUE < 101)",
        "CREATE DOMAIN public.pct AS bigint NOT NULL",
        "CREATE DOMAIN public.pct AS integer",
        "CREATE DOMAIN public.pct AS integer; ALTER DOMAIN public.pct ADD CONSTRAINT later CHECK (VALUE > 0) NOT VALID",
        "CREATE DOMAIN public.pct AS integer CONSTRAINT \"it's\" CHECK (VALUE IN (1, 2, 3)); COMMENT ON DOMAIN public.pct IS 'p'",
    ],
    &[
        "CREATE DOMAIN public.\"Code\" AS text COLLATE \"C\" CHECK (VALUE ~ '^x')",
        "CREATE DOMAIN public.\"Code\" AS varchar(10) DEFAULT 'x'",
        "CREATE DOMAIN public.\"Code\" AS public.pct CHECK (VALUE < 10)",
    ],
    &[
        "CREATE TYPE public.pair AS (x integer, y text)",
        "CREATE TYPE public.pair AS (x integer, y text, z public.mood)",
        "CREATE TYPE public.pair AS (x bigint, y text COLLATE \"C\")",
        "CREATE TYPE public.pair AS (\"X y\" public.pct, y text[]); COMMENT ON TYPE public.pair IS 'two'",
    ],
    &["", "CREATE TYPE public.nest AS (p public.pair, m public.mood[])"],
    &[
        "CREATE TYPE public.span AS RANGE (subtype = float8)",
        "CREATE TYPE public.span AS RANGE (subtype = float8, subtype_diff = float8mi)",
        "CREATE TYPE public.span AS RANGE (subtype = text, collation = \"C\")",
        "CREATE TYPE public.span AS RANGE (subtype = float8, multirange_type_name = public.spans)",
    ],
    &[
        "CREATE SEQUENCE public.ticket",
        "CREATE SEQUENCE public.ticket INCREMENT 5 START 100 MINVALUE 50",
        "CREATE SEQUENCE public.ticket AS smallint CYCLE CACHE 7",
        "CREATE SEQUENCE public.ticket INCREMENT -1 MAXVALUE 10 MINVALUE -100; COMMENT ON SEQUENCE public.ticket IS 'down'",
        "",
    ],
    &[
        "CREATE FUNCTION public.f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + 1'",
        "CREATE FUNCTION public.f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + 2'",
        "CREATE FUNCTION public.f(m integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT m'",
        "CREATE FUNCTION public.f(n integer, k integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT n + k'",
        "CREATE FUNCTION public.f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN n * 2",
        "CREATE FUNCTION public.f(n integer) RETURNS integer LANGUAGE sql IMMUTABLE BEGIN ATOMIC SELECT 1; SELECT n * 3; END",
    ],
    &[
        "CREATE FUNCTION public.feel(m public.mood) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$",
        "CREATE FUNCTION public.feel(m public.mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$",
        "CREATE PROCEDURE public.feel() LANGUAGE sql AS $$ SELECT 1 $$",
        "CREATE FUNCTION public.feel(VARIADIC m public.mood[]) RETURNS TABLE (a integer, b text) LANGUAGE sql STABLE \
         SECURITY DEFINER SET search_path = pg_catalog COST 3 ROWS 7 AS $$ SELECT 1, 'x' $$; \
         COMMENT ON FUNCTION public.feel(public.mood[]) IS 'feels'",
    ],
    &[
        "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
        "CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    ],
    &[
        "",
        "CREATE FUNCTION public.\"odd $1 {}\"(\"a b\" text DEFAULT 'q''s') RETURNS text LANGUAGE sql AS $$ SELECT '{}' $$",
    ],
];

/// The same for what stands on tables, with `<<t>>` for one of them and `<<c>>` for a column of it.
pub(crate) const AFTER_TABLES: &[&[&str]] = &[
    &[
        "",
        "CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql STABLE BEGIN ATOMIC SELECT count(<<c>>) FROM <<t>>; END",
        "CREATE FUNCTION public.total() RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT max(id) FROM <<t>>)",
    ],
    &["", "CREATE FUNCTION public.one(r <<t>>) RETURNS SETOF <<t>> LANGUAGE sql STABLE AS $$ SELECT r.* $$"],
    &["", "CREATE STATISTICS public.both ON id, <<c>> FROM <<t>>"],
    &["", "ALTER SEQUENCE public.ticket OWNED BY <<t>>.<<c>>"],
    &["", "ALTER TABLE <<t>> ALTER COLUMN id SET DEFAULT nextval('public.ticket')"],
];
