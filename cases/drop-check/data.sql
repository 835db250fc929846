INSERT INTO funds SELECT n, n FROM generate_series(1, 2000) n;
