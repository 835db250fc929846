INSERT INTO accounts SELECT n, json_build_object('n', n), timestamp '2024-02-29 12:00', '2025-01-01' FROM generate_series(1, 6000) n;
ANALYZE accounts;
