CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
CREATE TABLE investments (id bigint PRIMARY KEY, fund_id bigint REFERENCES funds ON DELETE RESTRICT);
