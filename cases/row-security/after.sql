CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
ALTER TABLE funds ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON funds USING (size > 0);
