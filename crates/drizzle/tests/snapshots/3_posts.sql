DO $$ BEGIN
 CREATE TYPE "mood" AS ENUM('sad', 'ok', 'so so');
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;

CREATE TABLE IF NOT EXISTS posts (
	"id" serial PRIMARY KEY NOT NULL,
	"user_id" integer NOT NULL,
	"body" jsonb,
	"price" numeric,
	"parent_id" integer
);

CREATE TABLE IF NOT EXISTS users (
	"id" serial PRIMARY KEY NOT NULL,
	"name" varchar NOT NULL,
	"bio" text DEFAULT 'none',
	"mood" "mood" DEFAULT 'ok',
	"created_at" timestamp DEFAULT now() NOT NULL,
	"active" boolean DEFAULT true
);

DO $$ BEGIN
 ALTER TABLE posts ADD CONSTRAINT posts_user_id_users_id_fk FOREIGN KEY ("user_id") REFERENCES users("id") ON DELETE cascade ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
