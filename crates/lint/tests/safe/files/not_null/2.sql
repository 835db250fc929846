ALTER TABLE funds VALIDATE CONSTRAINT funds_name_not_null;
