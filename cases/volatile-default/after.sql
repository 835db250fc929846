CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer, token uuid NOT NULL DEFAULT gen_random_uuid());
CREATE UNIQUE INDEX funds_token ON funds (token);
