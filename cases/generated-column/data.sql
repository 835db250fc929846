INSERT INTO orders (customer, cents, units) SELECT 'customer ' || n % 700, n, 1 + n % 9 FROM generate_series(1, 60000) n;
ANALYZE;
