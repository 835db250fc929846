INSERT INTO orders SELECT n, (ARRAY['new', 'paid', 'done'])[1 + n % 3]::status, 'new' FROM generate_series(1, 2000) n;
