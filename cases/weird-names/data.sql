INSERT INTO "We""ird Table" SELECT n, n::text FROM generate_series(1, 2000) n;
