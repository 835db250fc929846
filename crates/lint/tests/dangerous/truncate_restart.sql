-- finds: truncate
TRUNCATE TABLE investments RESTART IDENTITY CASCADE;
