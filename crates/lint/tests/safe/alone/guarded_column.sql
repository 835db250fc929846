DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 'funds' AND column_name = 'x') THEN
    ALTER TABLE funds ADD COLUMN x integer;
  END IF;
END $$;
