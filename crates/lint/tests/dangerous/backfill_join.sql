-- finds: backfill-in-one-statement
UPDATE funds f SET name = r.name FROM regions r WHERE r.id = f.region_id;
