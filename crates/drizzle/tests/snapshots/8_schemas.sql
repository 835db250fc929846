CREATE SCHEMA "billing";
--> statement-breakpoint
CREATE SCHEMA "CRM";
--> statement-breakpoint
CREATE TABLE "accounts" (
	"id" serial PRIMARY KEY,
	"name" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "CRM"."contacts" (
	"id" serial PRIMARY KEY,
	"invoice_id" integer,
	"parent_id" integer
);
--> statement-breakpoint
CREATE TABLE "billing"."invoices" (
	"id" serial PRIMARY KEY,
	"account_id" integer NOT NULL,
	"number" text NOT NULL,
	CONSTRAINT "invoices_account_id_number_unique" UNIQUE("account_id","number")
);
--> statement-breakpoint
CREATE TABLE "CRM"."accounts" (
	"id" serial PRIMARY KEY
);
--> statement-breakpoint
CREATE INDEX "invoices_number" ON "billing"."invoices" ("number");
--> statement-breakpoint
ALTER TABLE "CRM"."contacts" ADD CONSTRAINT "contacts_invoice_id_invoices_id_fkey" FOREIGN KEY ("invoice_id") REFERENCES "billing"."invoices"("id") ON DELETE CASCADE;
--> statement-breakpoint
ALTER TABLE "billing"."invoices" ADD CONSTRAINT "invoices_account_id_accounts_id_fkey" FOREIGN KEY ("account_id") REFERENCES "accounts"("id");
