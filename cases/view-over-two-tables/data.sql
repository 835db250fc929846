INSERT INTO members SELECT n, 'm' || n || '@example.org' FROM generate_series(1, 100) n;
INSERT INTO tickets SELECT n, 1 + n % 100, n FROM generate_series(1, 6000) n;
ANALYZE;
