-- A child that has a column already keeps it when its parent gets one of that name, if the types are the same.
BEGIN;
ALTER TABLE public.measures_cold ADD COLUMN merged integer;
ALTER TABLE public.measures ADD COLUMN merged integer;
ROLLBACK;
BEGIN;
ALTER TABLE public.measures_cold ADD COLUMN merged integer;
ALTER TABLE public.measures ADD COLUMN merged bigint;
ROLLBACK;
