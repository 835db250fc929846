-- finds: unknown-effect
DO $$ DECLARE t text; BEGIN FOR t IN SELECT table_name FROM information_schema.tables LOOP EXECUTE format('ALTER TABLE %I ADD COLUMN x int', t); END LOOP; END $$;
