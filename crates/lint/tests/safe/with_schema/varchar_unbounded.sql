ALTER TABLE funds ALTER COLUMN note TYPE varchar;
