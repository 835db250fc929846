CREATE SCHEMA "audit";
--> statement-breakpoint
CREATE TYPE "audit"."action" AS ENUM('insert', 'update', 'delete');
--> statement-breakpoint
CREATE TYPE "level" AS ENUM('low', 'medium', 'high');
--> statement-breakpoint
CREATE TYPE "numeric_kind" AS ENUM('1', '2', 'a,b', 'c"d');
--> statement-breakpoint
CREATE TYPE "phase" AS ENUM('draft', 'live');
--> statement-breakpoint
CREATE TYPE "text_kind" AS ENUM('a', 'b');
--> statement-breakpoint
CREATE TABLE "kinds" (
	"kind" "text_kind" DEFAULT 'a'::"text_kind"
);
--> statement-breakpoint
CREATE TABLE "audit"."log" (
	"id" serial PRIMARY KEY,
	"action" "audit"."action" DEFAULT 'insert'::"audit"."action" NOT NULL,
	"level" "level"
);
--> statement-breakpoint
CREATE TABLE "settings" (
	"id" serial PRIMARY KEY,
	"level" "level" DEFAULT 'medium'::"level" NOT NULL,
	"phase" "phase" DEFAULT 'draft'::"phase",
	"levels" "level"[] DEFAULT '{low,high}'::"level"[],
	"none" "level"[] DEFAULT '{}'::"level"[]
);
