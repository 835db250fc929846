-- finds: drop-table drop-cascade
DROP TABLE "investments" CASCADE;
