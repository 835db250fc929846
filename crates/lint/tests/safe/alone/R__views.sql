CREATE OR REPLACE VIEW totals AS SELECT fund_id, sum(amount) AS total FROM investments GROUP BY fund_id;
