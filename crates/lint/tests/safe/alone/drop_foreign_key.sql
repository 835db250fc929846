ALTER TABLE investments DROP CONSTRAINT investments_fund_id_fkey;
