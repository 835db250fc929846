INSERT INTO funds (name, size) SELECT 'fund ' || n, n FROM generate_series(1, 6000) n;
INSERT INTO investments (fund_id) SELECT 1 + n % 6000 FROM generate_series(1, 8000) n;
ANALYZE;
