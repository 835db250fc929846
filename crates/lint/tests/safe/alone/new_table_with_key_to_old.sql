CREATE TABLE scenarios (id bigint PRIMARY KEY, fund_id bigint NOT NULL REFERENCES funds (id) ON DELETE CASCADE);
CREATE INDEX scenarios_fund_id_idx ON scenarios (fund_id);
