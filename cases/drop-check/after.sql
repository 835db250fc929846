CREATE TABLE funds (id bigint PRIMARY KEY, size integer);
