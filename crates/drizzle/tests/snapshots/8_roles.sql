CREATE ROLE "lk_corpus_admin" WITH CREATEDB CREATEROLE NOINHERIT;
--> statement-breakpoint
CREATE ROLE "lk_corpus_plain";
--> statement-breakpoint
CREATE TABLE "anything" (
	"id" serial PRIMARY KEY
);
