# Writes COUNT migrations of some seven statements each into FOLDER, the same ones every time:
#   awk -v count=2000 -v folder=DIR -f files.awk
function pick(list, n,   parts, size) { size = split(list, parts, " "); return parts[n % size + 1] }
BEGIN {
    for (i = 1; i <= count; i++) {
        file = sprintf("%s/%05d_migration.sql", folder, i)
        t = pick("funds investments firms users events notes sessions", i) "_" int(i / 7)
        c = pick("name slug code amount vintage_year region_id state", i * 3)
        print "-- migration " i "\nSET lock_timeout = '1s';\n" > file
        printf "CREATE TABLE IF NOT EXISTS %s_new (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    %s text NOT NULL,\n    parent_id bigint,\n    created_at timestamptz NOT NULL DEFAULT now()\n);\n\n", t, c > file
        printf "CREATE INDEX %s_new_%s_idx ON %s_new (%s);\n", t, c, t, c > file
        kind = i % 6
        if (kind == 0) printf "ALTER TABLE %s ADD COLUMN %s integer NOT NULL DEFAULT 0;\n", t, c > file
        if (kind == 1) printf "CREATE INDEX CONCURRENTLY %s_%s_idx ON %s (%s);\n", t, c, t, c > file
        if (kind == 2) printf "ALTER TABLE %s ADD CONSTRAINT %s_%s_check CHECK (%s IS NOT NULL) NOT VALID;\nALTER TABLE %s VALIDATE CONSTRAINT %s_%s_check;\n", t, t, c, c, t, t, c > file
        if (kind == 3) printf "ALTER TABLE %s ADD CONSTRAINT %s_parent_fkey FOREIGN KEY (parent_id) REFERENCES %s_new (id);\n", t, t, t > file
        if (kind == 4) printf "ALTER TABLE %s ALTER COLUMN %s TYPE varchar(200);\nALTER TABLE %s RENAME COLUMN %s TO %s_old;\n", t, c, t, c, c > file
        if (kind == 5) printf "UPDATE %s SET %s = 'x' WHERE id BETWEEN %d AND %d;\nDROP TABLE IF EXISTS %s_legacy;\n", t, c, i, i + 1000, t > file
        printf "DO $$ BEGIN\n    ALTER TABLE %s_new ADD COLUMN note text;\nEXCEPTION WHEN duplicate_column THEN NULL;\nEND $$;\n", t > file
        printf "COMMENT ON TABLE %s_new IS 'what migration %d made';\n", t, i > file
        close(file)
    }
}
