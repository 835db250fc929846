CREATE INDEX ON plans (fund_id);
