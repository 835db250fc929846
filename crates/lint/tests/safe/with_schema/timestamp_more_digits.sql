ALTER TABLE funds ALTER COLUMN moment TYPE timestamp(6);
