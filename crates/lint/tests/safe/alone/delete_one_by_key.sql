DELETE FROM investments WHERE id = 42;
