-- finds: drop-database
DROP OWNED BY app CASCADE;
