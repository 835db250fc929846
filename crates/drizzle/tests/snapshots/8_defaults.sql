CREATE TABLE "expressions" (
	"a" timestamp DEFAULT now(),
	"b" timestamp with time zone DEFAULT CURRENT_TIMESTAMP,
	"c" timestamp DEFAULT now(),
	"d" uuid DEFAULT gen_random_uuid(),
	"e" uuid DEFAULT gen_random_uuid(),
	"f" text DEFAULT concat('a', 'b'),
	"g" integer DEFAULT (1 + 2),
	"h" date DEFAULT CURRENT_DATE,
	"i" timestamp with time zone DEFAULT now() + interval '7 days',
	"j" text DEFAULT md5(random()::text)
);
--> statement-breakpoint
CREATE TABLE "runtime" (
	"a" text,
	"b" text,
	"c" timestamp,
	"d" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "values" (
	"a" integer DEFAULT 0,
	"b" integer DEFAULT -5,
	"c" bigint DEFAULT 9007199254740991,
	"d" bigint DEFAULT 9223372036854775807,
	"e" numeric(10,2) DEFAULT '10.50',
	"f" real DEFAULT 1.5,
	"g" double precision DEFAULT 0.1,
	"h" boolean DEFAULT false,
	"i" text DEFAULT 'it''s quoted',
	"j" text DEFAULT '',
	"k" varchar(20) DEFAULT 'a
b',
	"l" char(2) DEFAULT 'xy',
	"m" json DEFAULT '{"a":[1,2],"b":null}',
	"n" jsonb DEFAULT '[]',
	"o" jsonb DEFAULT '{"nested":{"on":true}}',
	"p" date DEFAULT '2020-01-31',
	"q" date DEFAULT '2020-02-29',
	"r" timestamp DEFAULT '2021-01-01 12:30:00.123',
	"s" timestamp with time zone DEFAULT '2021-01-01 12:30:00.000+00',
	"t" timestamp DEFAULT '2021-01-01 00:00:00',
	"u" time DEFAULT '12:00:00',
	"v" interval DEFAULT '1 day',
	"w" uuid DEFAULT '00000000-0000-0000-0000-000000000000'
);
