ALTER TABLE investments ALTER COLUMN company TYPE varchar;
