INSERT INTO funds SELECT n, n FROM generate_series(1, 6000) n;
ANALYZE;
