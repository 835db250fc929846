-- finds: set-schema
ALTER TABLE funds SET SCHEMA audit;
