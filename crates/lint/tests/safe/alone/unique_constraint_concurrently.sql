CREATE UNIQUE INDEX CONCURRENTLY investments_fund_company ON investments (fund_id, company);
ALTER TABLE investments ADD CONSTRAINT investments_fund_company UNIQUE USING INDEX investments_fund_company;
