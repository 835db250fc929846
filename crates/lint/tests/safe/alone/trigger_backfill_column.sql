ALTER TABLE funds ADD COLUMN name_lower text;
CREATE FUNCTION fill_lower() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name_lower := lower(NEW.name); RETURN NEW; END $$;
CREATE TRIGGER fill_lower BEFORE INSERT OR UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION fill_lower();
