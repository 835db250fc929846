-- finds: add-column-serial
ALTER TABLE funds ADD COLUMN n bigserial;
