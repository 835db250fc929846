-- finds: will-fail
CREATE TABLE funds_new (LIKE funds INCLUDING ALL); INSERT INTO funds_new SELECT * FROM funds; DROP TABLE funds; ALTER TABLE funds_new RENAME TO funds;
