CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
