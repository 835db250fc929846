INSERT INTO public.regions SELECT g, 'region ' || g, 'r' || g, g * 1.25 FROM generate_series(1, 20) AS g;
INSERT INTO public.firms (id, name, parent_id, contact, home)
    SELECT g, 'firm ' || g, nullif(g - 1, 0), 'a' || g || '@example.org', ROW('street', 'city')::crm.address
    FROM generate_series(1, 20) AS g;
INSERT INTO public.funds (slug, name, code, capital, small, vintage, region_id, firm_id, raw, network, tags, starts, day,
        bits, token)
    SELECT 'fund-' || g, 'a fund of some name ' || g, 'code-' || g, g * 1000.25, g, 2000 + g, g % 20 + 1, g % 20 + 1,
        '{"a": 1, "a": 2}', '10.0.0.0/24', ARRAY['a', 'b'], timestamp '2020-01-01 10:11:12.345' + g * interval '1 day',
        date '2020-01-01' + g, B'10101010', md5(g::text)::uuid
    FROM generate_series(1, 50) AS g;
INSERT INTO public.investments
    SELECT g, g, 'company ' || g, g * 10.55, g * 1.55, 'a note that is rather long ' || g, true,
        timestamp '2021-01-01 01:02:03.456789' + g * interval '1 hour'
    FROM generate_series(1, 50) AS g;
INSERT INTO public.comments (investment_id, slug, body, author)
    SELECT g, 'fund-' || g, 'body', 'x@example.org' FROM generate_series(1, 40) AS g;
INSERT INTO public.bookings
    SELECT g, g, tsrange(timestamp '2020-01-01' + g * interval '2 hours', timestamp '2020-01-01 01:00' + g * interval '2 hours')
    FROM generate_series(1, 20) AS g;
INSERT INTO public.plain SELECT g, 'b' || g, g, g / 3.0::double precision, 'e' || g FROM generate_series(1, 30) AS g;
INSERT INTO public.cache SELECT 'k' || g, 'v' FROM generate_series(1, 5) AS g;
INSERT INTO public.events
    SELECT g, date '2023-06-01' + g * 10, 'kind', g % 20 + 1, '{}' FROM generate_series(1, 80) AS g;
INSERT INTO public.events_2026 SELECT g, date '2026-02-01' + g, 'kind', 1, '{}' FROM generate_series(1, 10) AS g;
INSERT INTO public.events_2027 SELECT g, date '2027-02-01' + g, 'kind', 1, '{}' FROM generate_series(1, 10) AS g;
INSERT INTO public.metrics SELECT g, g % 2 + 1, date '2024-01-10' + g * 5, g / 3.0::double precision FROM generate_series(1, 100) AS g;
INSERT INTO public.measures SELECT g, 'm', g FROM generate_series(1, 20) AS g;
INSERT INTO public.measures_hot SELECT g, 'm', g, 40 FROM generate_series(21, 40) AS g;
INSERT INTO public.measures_cold SELECT g, 'm', g, true FROM generate_series(41, 60) AS g;
INSERT INTO public.event_notes SELECT g, g, date '2023-06-01' + g * 10 FROM generate_series(1, 20) AS g;
INSERT INTO crm.contacts (firm_id, name, balance) SELECT g % 20 + 1, 'contact ' || g, g FROM generate_series(1, 30) AS g;
INSERT INTO crm.letters (contact_id, body) SELECT g, 'dear' FROM generate_series(1, 30) AS g;
REFRESH MATERIALIZED VIEW public.fund_totals;
REFRESH MATERIALIZED VIEW crm.busy_firms;
