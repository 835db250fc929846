CREATE SCHEMA "app";
--> statement-breakpoint
CREATE SEQUENCE "public"."down_seq" INCREMENT BY -1 MINVALUE -9223372036854775808 MAXVALUE -1 START WITH -1 CACHE 1;
--> statement-breakpoint
CREATE SEQUENCE "app"."inside_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 5 CACHE 1;
--> statement-breakpoint
CREATE SEQUENCE "public"."plain_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1;
--> statement-breakpoint
CREATE SEQUENCE "public"."tuned_seq" INCREMENT BY 2 MINVALUE 100 MAXVALUE 100000 START WITH 100 CACHE 10 CYCLE;
--> statement-breakpoint
CREATE TABLE "tickets" (
	"id" bigint PRIMARY KEY DEFAULT nextval('tuned_seq'),
	"code" text DEFAULT 'T-' || nextval('app.inside_seq') NOT NULL
);
