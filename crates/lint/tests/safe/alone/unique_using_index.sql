CREATE UNIQUE INDEX CONCURRENTLY funds_code_key ON funds (code);
ALTER TABLE funds ADD CONSTRAINT funds_code_key UNIQUE USING INDEX funds_code_key;
