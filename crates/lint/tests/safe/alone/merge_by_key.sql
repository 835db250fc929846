MERGE INTO countries AS c USING (VALUES ('de', 'Germany')) AS v (code, name) ON c.code = v.code WHEN MATCHED THEN UPDATE SET name = v.name WHEN NOT MATCHED THEN INSERT VALUES (v.code, v.name);
