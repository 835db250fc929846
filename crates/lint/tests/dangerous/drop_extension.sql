-- finds: drop-object drop-cascade
DROP EXTENSION IF EXISTS pgcrypto CASCADE;
