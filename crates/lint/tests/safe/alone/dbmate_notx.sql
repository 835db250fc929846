-- migrate:up transaction:false
DROP INDEX CONCURRENTLY IF EXISTS funds_created_at_idx;
-- migrate:down transaction:false
CREATE INDEX CONCURRENTLY funds_created_at_idx ON funds (created_at);
