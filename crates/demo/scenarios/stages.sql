
-- The change: the stage of an investment gets one spelling.
ALTER TABLE investments ADD COLUMN stage_normalized text NOT NULL;
ALTER TABLE investments DROP COLUMN stage;
CREATE INDEX investments_stage_normalized_idx ON investments (stage_normalized);
