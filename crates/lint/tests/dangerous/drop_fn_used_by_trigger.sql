-- finds: drop-object drop-cascade
DROP FUNCTION touch() CASCADE;
