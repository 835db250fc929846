INSERT INTO log SELECT n, date '2023-01-01' + n % 1000, 'a' FROM generate_series(1, 3000) n;
