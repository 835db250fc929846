INSERT INTO funds SELECT n, 'a', 'code ' || n FROM generate_series(1, 2000) n;
