CREATE TABLE funds (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, vintage_year integer NOT NULL DEFAULT 2020, name text UNIQUE,
    note text, size integer, CONSTRAINT sane CHECK (vintage_year > 1900));
CREATE INDEX funds_vintage_name_idx ON funds (vintage_year, name);
CREATE TABLE investments (id bigint PRIMARY KEY, fund_id bigint REFERENCES funds);
CREATE VIEW old_funds AS SELECT id, name FROM funds WHERE vintage_year < 2000;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := coalesce(NEW.note, ''''); RETURN NEW; END';
CREATE TRIGGER touched BEFORE INSERT OR UPDATE ON funds FOR EACH ROW EXECUTE FUNCTION touch();
