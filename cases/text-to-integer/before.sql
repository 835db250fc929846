CREATE TABLE funds (id bigint PRIMARY KEY, size text NOT NULL DEFAULT '5');
