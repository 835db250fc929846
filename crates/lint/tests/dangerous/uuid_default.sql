-- finds: add-column-volatile-default
ALTER TABLE funds ADD COLUMN u uuid NOT NULL DEFAULT gen_random_uuid();
