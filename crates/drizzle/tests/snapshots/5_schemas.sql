CREATE SCHEMA "billing";
--> statement-breakpoint
CREATE SCHEMA "CRM";
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "CRM"."accounts" (
	"id" serial PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "CRM"."contacts" (
	"id" serial PRIMARY KEY NOT NULL,
	"invoice_id" integer,
	"parent_id" integer
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS "billing"."invoices" (
	"id" serial PRIMARY KEY NOT NULL,
	"account_id" integer NOT NULL,
	"number" text NOT NULL,
	CONSTRAINT "invoices_account_id_number_unique" UNIQUE("account_id","number")
);
--> statement-breakpoint
CREATE INDEX IF NOT EXISTS "invoices_number" ON "billing"."invoices" ("number");--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "CRM"."contacts" ADD CONSTRAINT "contacts_invoice_id_invoices_id_fk" FOREIGN KEY ("invoice_id") REFERENCES "billing"."invoices"("id") ON DELETE cascade ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
--> statement-breakpoint
DO $$ BEGIN
 ALTER TABLE "billing"."invoices" ADD CONSTRAINT "invoices_account_id_accounts_id_fk" FOREIGN KEY ("account_id") REFERENCES "accounts"("id") ON DELETE no action ON UPDATE no action;
EXCEPTION
 WHEN duplicate_object THEN null;
END $$;
