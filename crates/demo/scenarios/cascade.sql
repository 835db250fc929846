
-- The change: a fund with investments is archived, and cannot be deleted any more.
ALTER TABLE funds ADD COLUMN archived boolean NOT NULL DEFAULT false;
ALTER TABLE investments
    DROP CONSTRAINT investments_fund_id_funds_id_fk,
    ADD CONSTRAINT investments_fund_id_funds_id_fk FOREIGN KEY (fund_id) REFERENCES funds (id) ON DELETE RESTRICT;
