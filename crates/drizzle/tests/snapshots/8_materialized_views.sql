CREATE TABLE "sales" (
	"id" serial PRIMARY KEY,
	"region" text NOT NULL,
	"amount" integer NOT NULL
);
--> statement-breakpoint
CREATE MATERIALIZED VIEW "by_region" AS (select "region", count("id") as "sold" from "sales" group by "sales"."region");
--> statement-breakpoint
CREATE MATERIALIZED VIEW "heaped" USING "heap" TABLESPACE pg_default AS (select "id", "region", "amount" from "sales" where "sales"."region" = 'EU');
--> statement-breakpoint
CREATE MATERIALIZED VIEW "large" WITH (autovacuum_enabled = false, fillfactor = 80) AS (select id, amount from "sales" where amount > 1000) WITH NO DATA;
