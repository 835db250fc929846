ALTER TABLE plans ADD FOREIGN KEY (fund_id) REFERENCES funds (id);
ALTER TABLE plans ADD COLUMN token uuid DEFAULT gen_random_uuid();
