DROP TYPE stage CASCADE;
ALTER TABLE funds ADD COLUMN numbered bigserial;
