-- finds: vacuum-full
VACUUM (FULL, ANALYZE) funds;
