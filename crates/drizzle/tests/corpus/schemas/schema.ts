// Tables in several schemas that point at one another.
import { index, integer, pgSchema, pgTable, serial, text, unique } from "drizzle-orm/pg-core";

export const billing = pgSchema("billing");
export const crm = pgSchema("CRM");

export const accounts = pgTable("accounts", { id: serial("id").primaryKey(), name: text("name").notNull() });

export const invoices = billing.table(
  "invoices",
  {
    id: serial("id").primaryKey(),
    accountId: integer("account_id").notNull().references(() => accounts.id),
    number: text("number").notNull(),
  },
  (t) => [unique().on(t.accountId, t.number), index("invoices_number").on(t.number)],
);

export const contacts = crm.table("contacts", {
  id: serial("id").primaryKey(),
  invoiceId: integer("invoice_id").references(() => invoices.id, { onDelete: "cascade" }),
  parentId: integer("parent_id"),
});

export const same = crm.table("accounts", { id: serial("id").primaryKey() });
