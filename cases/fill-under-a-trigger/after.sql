CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END
$$;
CREATE TABLE accounts (
  id bigint PRIMARY KEY,
  settings jsonb NOT NULL DEFAULT '{}',
  opened timestamptz DEFAULT now(),
  updated_at timestamptz,
  token uuid NOT NULL DEFAULT gen_random_uuid()
);
CREATE TRIGGER accounts_touch BEFORE UPDATE ON accounts FOR EACH ROW EXECUTE FUNCTION touch();
