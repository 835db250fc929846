INSERT INTO funds SELECT n, 'fund ' || n, 'note ' || n, n FROM generate_series(1, 2000) n;
INSERT INTO investments SELECT n, n FROM generate_series(1, 2000) n;
