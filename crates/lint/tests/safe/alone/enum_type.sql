CREATE TYPE mood AS ENUM ('good', 'bad');
ALTER TABLE funds ADD COLUMN mood mood DEFAULT 'good';
