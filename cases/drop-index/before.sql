CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
CREATE INDEX funds_size ON funds (size);
