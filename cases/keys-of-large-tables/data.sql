INSERT INTO funds (name) SELECT 'fund ' || n FROM generate_series(1, 500) n;
INSERT INTO investments (fund_id, cents) SELECT 1 + n % 500, n FROM generate_series(1, 60000) n;
INSERT INTO notes SELECT n, 1 + n % 500, 'note ' || n FROM generate_series(1, 1000) n;
ANALYZE;
