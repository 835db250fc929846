INSERT INTO funds (vintage, name) SELECT 1990 + n % 40, 'fund ' || n FROM generate_series(1, 2000) n;
INSERT INTO investments SELECT n, n FROM generate_series(1, 500) n;
