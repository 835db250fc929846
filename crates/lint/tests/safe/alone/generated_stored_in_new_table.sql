CREATE TABLE search (id int PRIMARY KEY, title text, ts tsvector GENERATED ALWAYS AS (to_tsvector('english', title)) STORED);
CREATE INDEX search_ts ON search USING gin (ts);
