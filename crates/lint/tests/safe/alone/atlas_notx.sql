-- atlas:txmode none

-- Create index "funds_note" to table: "funds"
CREATE INDEX CONCURRENTLY "funds_note" ON "funds" ("note");
-- Create index "b"
CREATE INDEX CONCURRENTLY "funds_code" ON "funds" ("code");
