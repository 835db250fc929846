CREATE TABLE funds (id bigint PRIMARY KEY, size integer CONSTRAINT big CHECK (size > 0));
