CREATE VIEW open_funds AS SELECT id, name FROM funds WHERE name IS NOT NULL;
