CREATE TABLE members (id bigint PRIMARY KEY, email varchar(20) NOT NULL);
CREATE TABLE tickets (id bigint PRIMARY KEY, member bigint NOT NULL REFERENCES members, code integer NOT NULL);
CREATE VIEW owned AS SELECT t.code, m.email FROM tickets t JOIN members m ON m.id = t.member;
