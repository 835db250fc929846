DROP VIEW IF EXISTS totals;
CREATE VIEW totals AS SELECT fund_id FROM investments;
