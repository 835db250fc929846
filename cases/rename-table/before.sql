CREATE TABLE funds (id bigserial PRIMARY KEY, vintage integer NOT NULL DEFAULT 2020, name text UNIQUE, note text);
CREATE POLICY everybody ON funds USING (true) WITH CHECK (vintage > 0);
CREATE TABLE investments (id bigint PRIMARY KEY, fund_id bigint REFERENCES funds);
