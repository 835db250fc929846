CREATE TABLE IF NOT EXISTS "composite" (
	"a" integer,
	"b" integer,
	"c" text,
	CONSTRAINT "composite_a_b_pk" PRIMARY KEY("a","b")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "lone" (
	"a" integer NOT NULL,
	CONSTRAINT "lone_key" PRIMARY KEY("a")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "named" (
	"a" integer NOT NULL,
	"b" integer NOT NULL,
	CONSTRAINT "named_key" PRIMARY KEY("b","a")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "single" (
	"code" varchar(4) PRIMARY KEY NOT NULL,
	"label" text,
	CONSTRAINT "single_label_once" UNIQUE("label")
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "uniques" (
	"id" serial PRIMARY KEY NOT NULL,
	"a" text,
	"b" text,
	"c" text,
	"d" integer,
	"e" integer,
	"f" integer,
	CONSTRAINT "uniques_a_unique" UNIQUE("a"),
	CONSTRAINT "b_given" UNIQUE NULLS NOT DISTINCT("b"),
	CONSTRAINT "uniques_c_unique" UNIQUE NULLS NOT DISTINCT("c"),
	CONSTRAINT "uniques_d_e_unique" UNIQUE("d","e"),
	CONSTRAINT "uniques_given" UNIQUE("e","f"),
	CONSTRAINT "uniques_nulls" UNIQUE NULLS NOT DISTINCT("d","f"),
	CONSTRAINT "uniques_f_unique" UNIQUE("f")
);
