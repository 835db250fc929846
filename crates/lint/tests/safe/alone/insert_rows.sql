INSERT INTO regions (id, name) VALUES (1, 'Europe') ON CONFLICT DO NOTHING;
