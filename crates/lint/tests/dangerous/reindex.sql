-- finds: reindex
REINDEX TABLE funds;
