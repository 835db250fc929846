ALTER INDEX funds_created_at_idx RENAME TO funds_by_age;
