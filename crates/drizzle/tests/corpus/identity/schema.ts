// Identity and generated columns.
import { sql, type SQL } from "drizzle-orm";
import { bigint, integer, numeric, pgSchema, pgTable, smallint, text } from "drizzle-orm/pg-core";

export const plain = pgTable("plain", {
  id: integer("id").primaryKey().generatedAlwaysAsIdentity(),
  other: integer("other").generatedByDefaultAsIdentity(),
});

export const tuned = pgTable("tuned", {
  id: bigint("id", { mode: "number" }).primaryKey().generatedByDefaultAsIdentity({ name: "tuned_numbers", startWith: 1000, increment: 10, minValue: 10, maxValue: 9000000, cache: 5, cycle: true }),
  small: smallint("small").generatedAlwaysAsIdentity({ startWith: 7 }),
});

export const app = pgSchema("app");
export const within = app.table("within", { id: integer("id").primaryKey().generatedAlwaysAsIdentity() });

export const computed = pgTable("computed", {
  first: text("first").notNull(),
  last: text("last").notNull(),
  full: text("full").generatedAlwaysAs((): SQL => sql`${computed.first} || ' ' || ${computed.last}`),
  net: numeric("net", { precision: 12, scale: 2 }).notNull(),
  gross: numeric("gross", { precision: 12, scale: 2 }).generatedAlwaysAs(sql`net * 1.19`).notNull(),
  word: text("word").generatedAlwaysAs(sql`'fixed'`),
});
