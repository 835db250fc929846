// Arrays: dimensions, sizes, defaults with what needs escaping.
import { sql } from "drizzle-orm";
import { bigint, boolean, integer, jsonb, numeric, pgEnum, pgTable, serial, text, timestamp, uuid, varchar } from "drizzle-orm/pg-core";

export const color = pgEnum("color", ["red", "green", "light blue"]);

export const lists = pgTable("lists", {
  id: serial("id").primaryKey(),
  tags: text("tags").array().notNull().default([]),
  names: varchar("names", { length: 40 }).array().default(["a", "b c"]),
  scores: integer("scores").array().default([1, 2, 3]),
  flags: boolean("flags").array().default([true, false]),
  big: bigint("big", { mode: "number" }).array(),
  prices: numeric("prices", { precision: 8, scale: 2 }).array().default(["1.50"]),
  ids: uuid("ids").array().default(sql`'{}'::uuid[]`),
  empty: text("empty").array().default(sql`ARRAY[]::text[]`),
  colors: color("colors").array().default(["red"]),
  seen: timestamp("seen", { withTimezone: true }).array(),
  documents: jsonb("documents").array(),
});
