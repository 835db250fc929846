INSERT INTO "user" SELECT n, n FROM generate_series(1, 50) n;
INSERT INTO "abcdefghijklmnopqrstuvwxyz_abcdefghijklmnopqrstuvwxyz_123456789"
SELECT n, 'row ' || n, n, n FROM generate_series(1, 50) n;
