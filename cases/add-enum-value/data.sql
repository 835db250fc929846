INSERT INTO orders (status) SELECT (ARRAY['new', 'paid', 'shipped'])[1 + i % 3]::status FROM generate_series(1, 1000) i;
