INSERT INTO funds (name) SELECT 'fund ' || n FROM generate_series(1, 2000) n;
INSERT INTO notes SELECT n, 'note ' || n FROM generate_series(1, 2000) n;
