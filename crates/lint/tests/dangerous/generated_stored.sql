-- finds: add-column-generated-stored
ALTER TABLE funds ADD COLUMN s tsvector GENERATED ALWAYS AS (to_tsvector('english', name)) STORED;
