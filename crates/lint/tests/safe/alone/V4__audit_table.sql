CREATE TABLE audit.changes (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, table_name text NOT NULL, row_id bigint NOT NULL, old jsonb, new jsonb, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX ON audit.changes (table_name, row_id);
COMMENT ON TABLE audit.changes IS 'who changed what';
GRANT SELECT ON audit.changes TO PUBLIC;
