INSERT INTO orders (customer) SELECT i % 50 FROM generate_series(1, 2000) i;
