-- finds: update-without-where
UPDATE funds SET settings = settings || '{"a":1}';
