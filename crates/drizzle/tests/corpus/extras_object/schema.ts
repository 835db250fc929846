// Extras as an object, as projects before drizzle-orm 0.36 have them, with a few odd turns.
import { sql } from "drizzle-orm";
import { check, ForeignKeyBuilder, index, integer, pgTable, primaryKey, serial, text, unique, uniqueIndex } from "drizzle-orm/pg-core";

export const parents = pgTable("parents", { id: serial("id").primaryKey(), name: text("name") }, (table) => ({
  nameIdx: uniqueIndex("parents_name_idx").on(table.name),
  nameCheck: check("parents_name_check", sql`length(${table.name}) > 0`),
}));

export const children = pgTable("children", { parentId: integer("parent_id").notNull(), position: integer("position").notNull(), label: text("label") }, (table: any) => ({
  pk: primaryKey({ columns: [table.parentId, table.position] }),
  labelIdx: index("children_label_idx")["on"](table.label),
  once: unique().on(table.parentId, table.label),
  parent: new ForeignKeyBuilder(() => ({ columns: [table.parentId], foreignColumns: [parents.id] }), { onDelete: "cascade", onUpdate: "no action" }),
}));
