ALTER TABLE funds ADD COLUMN token uuid;
ALTER TABLE funds ALTER COLUMN token SET DEFAULT gen_random_uuid();
