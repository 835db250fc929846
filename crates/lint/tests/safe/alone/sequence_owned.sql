CREATE SEQUENCE fund_numbers;
ALTER TABLE funds ADD COLUMN number bigint;
ALTER TABLE funds ALTER COLUMN number SET DEFAULT nextval('fund_numbers');
ALTER SEQUENCE fund_numbers OWNED BY funds.number;
