UPDATE investments SET fund_ref = fund_id;
ALTER TABLE investments VALIDATE CONSTRAINT investments_fund_ref_fkey;
CREATE INDEX CONCURRENTLY investments_fund_ref_idx ON investments (fund_ref);
ALTER TABLE investments ADD CONSTRAINT fund_ref_there CHECK (fund_ref IS NOT NULL) NOT VALID;
ALTER TABLE investments VALIDATE CONSTRAINT fund_ref_there;
