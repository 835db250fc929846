UPDATE funds SET name = 'x' WHERE slug = 'y';
DELETE FROM countries WHERE code = 'XX';
