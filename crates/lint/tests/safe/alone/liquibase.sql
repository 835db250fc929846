--liquibase formatted sql

--changeset jane:1
CREATE TABLE person (id int PRIMARY KEY, name varchar(50) NOT NULL);
--rollback DROP TABLE person;

--changeset jane:2 runInTransaction:false
CREATE INDEX CONCURRENTLY funds_note_idx ON funds (note);
--rollback DROP INDEX funds_note_idx;
