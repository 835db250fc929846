INSERT INTO funds SELECT n, 'fund ' || n FROM generate_series(1, 2000) n;
