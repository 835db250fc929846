CREATE TABLE currencies (code text PRIMARY KEY);
INSERT INTO currencies VALUES ('USD'), ('EUR');
CREATE INDEX ON currencies (code);
