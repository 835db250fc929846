ALTER TABLE funds ADD CONSTRAINT funds_code_key UNIQUE USING INDEX funds_code_key;
