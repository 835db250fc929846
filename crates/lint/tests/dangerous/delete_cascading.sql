-- finds: on-delete-cascade add-foreign-key
ALTER TABLE investments DROP CONSTRAINT investments_fund_id_fkey; ALTER TABLE investments ADD CONSTRAINT f FOREIGN KEY (fund_id) REFERENCES funds ON DELETE CASCADE;
