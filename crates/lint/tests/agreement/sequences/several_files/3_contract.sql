ALTER TABLE investments ALTER COLUMN fund_ref SET NOT NULL;
ALTER TABLE investments DROP CONSTRAINT fund_ref_there;
ALTER TABLE investments DROP COLUMN fund_id;
ALTER TABLE investments RENAME COLUMN fund_ref TO fund_id;
CREATE OR REPLACE VIEW open_funds AS SELECT id, slug, name, state FROM public.funds WHERE state = 'open';
DROP TABLE funds;
DROP TABLE funds CASCADE;
ALTER TABLE investments DROP COLUMN fund_id;
