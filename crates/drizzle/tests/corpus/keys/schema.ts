// Primary keys and unique constraints.
import { integer, pgTable, primaryKey, serial, text, unique, varchar } from "drizzle-orm/pg-core";

export const single = pgTable("single", { code: varchar("code", { length: 4 }).primaryKey(), label: text("label").unique("single_label_once") });

export const composite = pgTable("composite", { a: integer("a"), b: integer("b"), c: text("c") }, (t) => [primaryKey({ columns: [t.a, t.b] })]);

export const named = pgTable("named", { a: integer("a").notNull(), b: integer("b").notNull() }, (t) => [
  primaryKey({ name: "named_key", columns: [t.b, t.a] }),
]);

export const lone = pgTable("lone", { a: integer("a").notNull() }, (t) => [primaryKey({ name: "lone_key", columns: [t.a] })]);

export const uniques = pgTable(
  "uniques",
  {
    id: serial("id").primaryKey(),
    a: text("a").unique(),
    b: text("b").unique("b_given", { nulls: "not distinct" }),
    c: text("c").unique(undefined, { nulls: "not distinct" }),
    d: integer("d"),
    e: integer("e"),
    f: integer("f"),
  },
  (t) => [
    unique().on(t.d, t.e),
    unique("uniques_given").on(t.e, t.f),
    unique("uniques_nulls").on(t.d, t.f).nullsNotDistinct(),
    unique().on(t.f),
  ],
);
