-- migrate:up
ALTER TABLE funds ADD COLUMN a text;
-- migrate:down
ALTER TABLE funds DROP COLUMN a;
