CREATE TABLE plans (id bigint PRIMARY KEY, fund_id bigint);
