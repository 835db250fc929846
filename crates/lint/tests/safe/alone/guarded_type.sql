DO $$ BEGIN
  CREATE TYPE mood AS ENUM ('good');
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;
