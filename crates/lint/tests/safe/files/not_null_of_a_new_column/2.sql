UPDATE funds SET title = slug WHERE title IS NULL AND id BETWEEN 1 AND 5000;
