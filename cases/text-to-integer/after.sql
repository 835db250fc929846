CREATE TABLE funds (id bigint PRIMARY KEY, size integer NOT NULL DEFAULT 5);
