CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := 'a'; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION touch();
