ALTER TABLE funds ADD COLUMN a text, ADD COLUMN b integer, ADD COLUMN c boolean DEFAULT false;
