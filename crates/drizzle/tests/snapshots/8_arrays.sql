CREATE TYPE "color" AS ENUM('red', 'green', 'light blue');
--> statement-breakpoint
CREATE TABLE "lists" (
	"id" serial PRIMARY KEY,
	"tags" text[] DEFAULT '{}'::text[] NOT NULL,
	"names" varchar(40)[] DEFAULT '{a,b c}'::varchar(40)[],
	"scores" integer[] DEFAULT '{1,2,3}'::integer[],
	"flags" boolean[] DEFAULT '{t,f}'::boolean[],
	"big" bigint[],
	"prices" numeric(8,2)[] DEFAULT '{1.50}'::numeric(8,2)[],
	"ids" uuid[] DEFAULT '{}'::uuid[],
	"empty" text[] DEFAULT ARRAY[]::text[],
	"colors" "color"[] DEFAULT '{red}'::"color"[],
	"seen" timestamp with time zone[],
	"documents" jsonb[]
);
