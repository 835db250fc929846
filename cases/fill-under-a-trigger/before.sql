CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
CREATE TABLE accounts (
  id bigint PRIMARY KEY,
  settings json NOT NULL DEFAULT '{}',
  opened timestamp DEFAULT now(),
  updated_at timestamptz
);
CREATE TRIGGER accounts_touch BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION touch();
