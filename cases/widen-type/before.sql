CREATE TABLE funds (id bigint PRIMARY KEY, name varchar(20));
