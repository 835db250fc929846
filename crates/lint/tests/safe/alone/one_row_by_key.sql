UPDATE funds SET name = 'A' WHERE id = 7;
DELETE FROM funds WHERE id IN (1, 2);
