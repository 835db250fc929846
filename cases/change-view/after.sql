CREATE TABLE funds (id bigint PRIMARY KEY, name text NOT NULL, note text, size integer);
CREATE VIEW big_funds AS SELECT id, name FROM funds WHERE size > 100;
CREATE VIEW names AS SELECT name FROM big_funds;
