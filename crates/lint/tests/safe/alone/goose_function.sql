-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION set_slug() RETURNS trigger AS $$
BEGIN
  NEW.slug := lower(NEW.name);
  RETURN NEW;
END;
$$ LANGUAGE plpgsql;
-- +goose StatementEnd
-- +goose Down
DROP FUNCTION set_slug();
