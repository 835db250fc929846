CREATE TABLE funds (id serial PRIMARY KEY, name text);
CREATE TABLE notes (id integer PRIMARY KEY, text text);
