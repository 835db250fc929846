CREATE TABLE funds (id bigint NOT NULL, name text);
