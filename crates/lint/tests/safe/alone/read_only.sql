SELECT count(*) FROM funds;
EXPLAIN UPDATE funds SET name = slug;
