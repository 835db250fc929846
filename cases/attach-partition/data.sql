INSERT INTO log SELECT n, date '2024-01-01' + n % 300, 'a' FROM generate_series(1, 1000) n;
INSERT INTO log SELECT n, date '2020-01-01' + n % 300, 'old' FROM generate_series(2000, 2100) n;
INSERT INTO log_2025 SELECT n, date '2025-01-01' + n % 300, 'b' FROM generate_series(1, 1000) n;
