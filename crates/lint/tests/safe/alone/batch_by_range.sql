UPDATE funds SET name = lower(slug) WHERE name IS NULL AND id BETWEEN 1 AND 10000;
