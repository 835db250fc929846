import { integer, pgTable, serial, text, type AnyPgColumn } from "drizzle-orm/pg-core";
import { groups } from "./groups";

export type User = typeof users.$inferSelect;
export interface Named { name: string }
export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  name: text("name"),
  groupId: integer("group_id").references((): AnyPgColumn => groups.id, { onDelete: "set null" }),
});
