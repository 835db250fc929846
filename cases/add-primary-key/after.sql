CREATE TABLE funds (id bigint PRIMARY KEY, name text);
