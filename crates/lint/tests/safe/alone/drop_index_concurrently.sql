DROP INDEX CONCURRENTLY funds_created_at_idx;
