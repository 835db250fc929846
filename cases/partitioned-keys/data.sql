INSERT INTO funds SELECT generate_series(1, 9);
INSERT INTO events SELECT n, date '2024-01-01' + n % 700, 1 + n % 9 FROM generate_series(1, 3000) n;
