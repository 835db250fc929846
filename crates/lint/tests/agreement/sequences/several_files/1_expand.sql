SET lock_timeout = '1s';
ALTER TABLE investments ADD COLUMN fund_ref bigint;
ALTER TABLE investments ADD CONSTRAINT investments_fund_ref_fkey FOREIGN KEY (fund_ref) REFERENCES funds (id) NOT VALID;
