-- finds: will-fail
ALTER TABLE funds SET UNLOGGED;
