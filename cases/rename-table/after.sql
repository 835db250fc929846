CREATE TABLE vehicles (id bigint, vintage_year integer NOT NULL DEFAULT 2020, name text, size integer NOT NULL DEFAULT 1,
    CONSTRAINT funds_pkey PRIMARY KEY (id), CONSTRAINT funds_name_key UNIQUE (name));
CREATE SEQUENCE funds_id_seq OWNED BY vehicles.id;
ALTER TABLE vehicles ALTER id SET DEFAULT nextval('funds_id_seq'::regclass);
CREATE POLICY everybody ON vehicles USING (true) WITH CHECK (vintage_year > 0);
CREATE INDEX vehicles_size_idx ON vehicles (size);
CREATE TABLE investments (id bigint PRIMARY KEY, fund_id bigint REFERENCES vehicles);
