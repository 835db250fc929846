BEGIN;
DROP VIEW IF EXISTS totals;
CREATE VIEW totals AS SELECT fund_id, sum(amount) AS total, count(*) AS n FROM investments GROUP BY fund_id;
COMMIT;
