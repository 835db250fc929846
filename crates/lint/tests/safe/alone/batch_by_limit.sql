UPDATE funds SET name = lower(slug) WHERE id IN (SELECT id FROM funds WHERE name IS NULL LIMIT 1000);
