-- finds: drop-index
-- DropIndex
DROP INDEX "funds_created_at_idx";
