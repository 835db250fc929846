INSERT INTO funds SELECT n, 'fund ' || n FROM generate_series(1, 500) n;
INSERT INTO investments (fund_id, cents, note) SELECT 1 + n % 500, n * 7, 'note ' || n FROM generate_series(1, 60000) n;
INSERT INTO events SELECT n, 1 + n % 60000 FROM generate_series(1, 3000) n;
ANALYZE;
