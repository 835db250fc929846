-- no-transaction
CREATE INDEX CONCURRENTLY funds_capital_idx ON funds (capital);
