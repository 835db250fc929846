CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, vintage integer NOT NULL DEFAULT 2020, name text UNIQUE,
    note text, CONSTRAINT sane CHECK (vintage > 1900));
CREATE INDEX funds_vintage_name_idx ON funds (vintage, name);
CREATE TABLE investments (id bigint PRIMARY KEY, fund_id bigint REFERENCES funds);
CREATE VIEW old_funds AS SELECT id, name FROM funds WHERE vintage < 2000;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := coalesce(NEW.note, ''''); RETURN NEW; END';
CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION touch();
