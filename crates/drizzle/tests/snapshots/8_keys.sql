CREATE TABLE "composite" (
	"a" integer,
	"b" integer,
	"c" text,
	CONSTRAINT "composite_pkey" PRIMARY KEY("a","b")
);
--> statement-breakpoint
CREATE TABLE "lone" (
	"a" integer,
	CONSTRAINT "lone_key" PRIMARY KEY("a")
);
--> statement-breakpoint
CREATE TABLE "named" (
	"a" integer,
	"b" integer,
	CONSTRAINT "named_key" PRIMARY KEY("b","a")
);
--> statement-breakpoint
CREATE TABLE "single" (
	"code" varchar(4) PRIMARY KEY,
	"label" text CONSTRAINT "single_label_once" UNIQUE
);
--> statement-breakpoint
CREATE TABLE "uniques" (
	"id" serial PRIMARY KEY,
	"a" text UNIQUE,
	"b" text CONSTRAINT "b_given" UNIQUE NULLS NOT DISTINCT,
	"c" text UNIQUE NULLS NOT DISTINCT,
	"d" integer,
	"e" integer,
	"f" integer UNIQUE,
	CONSTRAINT "uniques_d_e_unique" UNIQUE("d","e"),
	CONSTRAINT "uniques_given" UNIQUE("e","f"),
	CONSTRAINT "uniques_nulls" UNIQUE NULLS NOT DISTINCT("d","f")
);
