CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL CONSTRAINT funds_name UNIQUE, note text, size integer);
