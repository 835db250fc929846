// Things that exist elsewhere: views that are only declared, read by one that is made.
import { eq } from "drizzle-orm";
import { integer, pgTable, pgView, serial, text } from "drizzle-orm/pg-core";

export const legacy = pgView("legacy_totals", { id: integer("id"), label: text("label") }).existing();
export const items = pgTable("items", { id: serial("id").primaryKey(), name: text("name") });
export const named = pgView("named_items").as((qb) => qb.select({ id: items.id, name: items.name }).from(items).where(eq(items.name, "x")));
