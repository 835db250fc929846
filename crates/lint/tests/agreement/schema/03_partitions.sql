CREATE TABLE public.events (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text NOT NULL,
    firm_id integer CONSTRAINT events_firm_id_fkey REFERENCES public.firms (id),
    payload jsonb,
    CONSTRAINT events_pkey PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX events_kind_idx ON public.events (kind);
CREATE TABLE public.events_2024 PARTITION OF public.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.events_2025 PARTITION OF public.events FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.events_old PARTITION OF public.events DEFAULT;
CREATE TABLE public.events_2026 (
    id bigint NOT NULL,
    at date NOT NULL,
    kind text NOT NULL,
    firm_id integer,
    payload jsonb,
    CONSTRAINT events_2026_at_check CHECK (at IS NOT NULL AND at >= '2026-01-01' AND at < '2027-01-01')
);
CREATE TABLE public.events_2027 (LIKE public.events INCLUDING ALL);
CREATE TABLE public.metrics (
    id bigint NOT NULL,
    region integer NOT NULL,
    at date NOT NULL,
    value double precision
) PARTITION BY LIST (region);
CREATE TABLE public.metrics_1 PARTITION OF public.metrics FOR VALUES IN (1) PARTITION BY RANGE (at);
CREATE TABLE public.metrics_1_a PARTITION OF public.metrics_1 FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE public.metrics_1_b PARTITION OF public.metrics_1 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE public.metrics_2 PARTITION OF public.metrics FOR VALUES IN (2);
CREATE INDEX metrics_at_idx ON public.metrics (at);
CREATE TABLE public.measures (id integer PRIMARY KEY, name text, value integer);
CREATE INDEX measures_value_idx ON public.measures (value);
CREATE TABLE public.measures_hot (temperature integer) INHERITS (public.measures);
CREATE INDEX measures_hot_value_idx ON public.measures_hot (value);
CREATE TABLE public.measures_cold (frost boolean) INHERITS (public.measures);
CREATE TABLE public.event_notes (
    id integer PRIMARY KEY,
    event_id bigint NOT NULL,
    event_at date NOT NULL,
    CONSTRAINT event_notes_event_fkey FOREIGN KEY (event_id, event_at) REFERENCES public.events (id, at)
);
