CREATE UNIQUE INDEX CONCURRENTLY funds_code_key ON funds (code);
