CREATE TABLE "numbers" (
	"a" serial,
	"b" bigserial,
	"c" smallserial,
	"d" integer,
	"e" bigint,
	"f" smallint,
	"g" numeric,
	"h" numeric(10),
	"i" numeric(10,4),
	"j" real,
	"k" double precision,
	"l" boolean
);
--> statement-breakpoint
CREATE TABLE "shapes" (
	"a" point,
	"b" point,
	"c" line,
	"d" line
);
--> statement-breakpoint
CREATE TABLE "texts" (
	"a" text,
	"b" text,
	"c" varchar,
	"d" varchar(10),
	"e" char,
	"f" char(3),
	"g" uuid DEFAULT gen_random_uuid(),
	"h" json,
	"i" jsonb,
	"j" inet,
	"k" cidr,
	"l" macaddr,
	"m" macaddr8,
	"n" bit(3)
);
--> statement-breakpoint
CREATE TABLE "times" (
	"a" date,
	"b" date,
	"c" time,
	"d" time(2) with time zone,
	"e" timestamp,
	"f" timestamp(3),
	"g" timestamp with time zone,
	"h" timestamp(6) with time zone,
	"i" interval,
	"j" interval day to second(3),
	"k" interval month
);
