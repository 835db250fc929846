CREATE SCHEMA "reports";
--> statement-breakpoint
CREATE TABLE "posts" (
	"id" serial PRIMARY KEY,
	"author_id" integer,
	"title" text,
	"score" integer
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" serial PRIMARY KEY,
	"name" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "posts" ADD CONSTRAINT "posts_author_id_users_id_fkey" FOREIGN KEY ("author_id") REFERENCES "users"("id");
--> statement-breakpoint
CREATE VIEW "a_top" AS (select "id", "title", "score", "author" from "popular" where "popular"."score" > 100);
--> statement-breakpoint
CREATE VIEW "counted" AS (select author_id, count(*)::int as posts from "posts" group by author_id);
--> statement-breakpoint
CREATE VIEW "popular" AS (select "posts"."id", "posts"."title", "posts"."score", "users"."name" as "author" from "posts" inner join "users" on "posts"."author_id" = "users"."id" where ("users"."active" = true and "posts"."score" > 10) order by "posts"."score" desc);
--> statement-breakpoint
CREATE VIEW "reports"."recent" AS (select "id", "name", "active", "created_at" from "users" where "users"."created_at" > now() - interval '30 days');
--> statement-breakpoint
CREATE VIEW "secure" WITH (check_option = cascaded, security_barrier = true) AS (select "id", "name", "active", "created_at" from "users" where "users"."active" = true);
