INSERT INTO countries (code, name) VALUES ('ch', 'Switzerland'), ('fr', 'France') ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name;
