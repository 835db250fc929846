-- finds: backfill-in-one-statement
DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM funds LOOP UPDATE funds SET note = 'x' WHERE id = r.id; END LOOP; END $$;
