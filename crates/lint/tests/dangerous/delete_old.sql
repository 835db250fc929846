-- finds: backfill-in-one-statement
DELETE FROM investments WHERE amount < 10;
