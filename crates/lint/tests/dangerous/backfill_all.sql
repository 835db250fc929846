-- finds: backfill-in-one-statement
UPDATE funds SET note = 'none' WHERE note IS NULL;
