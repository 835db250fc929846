ALTER TABLE countries ALTER COLUMN name SET NOT NULL;
CREATE INDEX ON countries (name);
UPDATE countries SET name = upper(name);
