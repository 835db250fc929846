// Defaults: values, SQL, functions that run in the application and never reach SQL.
import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { bigint, boolean, char, date, doublePrecision, integer, interval, json, jsonb, numeric, pgTable, real, text, time, timestamp, uuid, varchar } from "drizzle-orm/pg-core";

export const values = pgTable("values", {
  a: integer("a").default(0),
  b: integer("b").default(-5),
  c: bigint("c", { mode: "number" }).default(9007199254740991),
  d: bigint("d", { mode: "bigint" }).default(sql`9223372036854775807`),
  e: numeric("e", { precision: 10, scale: 2 }).default("10.50"),
  f: real("f").default(1.5),
  g: doublePrecision("g").default(0.1),
  h: boolean("h").default(false),
  i: text("i").default("it's quoted"),
  j: text("j").default(""),
  k: varchar("k", { length: 20 }).default("a\nb"),
  l: char("l", { length: 2 }).default("xy"),
  m: json("m").default({ a: [1, 2], b: null }),
  n: jsonb("n").default([]),
  o: jsonb("o").default({ nested: { on: true } }),
  p: date("p").default("2020-01-31"),
  q: date("q", { mode: "date" }).default(new Date("2020-02-29T00:00:00Z")),
  r: timestamp("r").default(new Date("2021-01-01T12:30:00.123Z")),
  s: timestamp("s", { withTimezone: true }).default(new Date("2021-01-01T12:30:00Z")),
  t: timestamp("t", { mode: "string" }).default("2021-01-01 00:00:00"),
  u: time("u").default("12:00:00"),
  v: interval("v").default("1 day"),
  w: uuid("w").default("00000000-0000-0000-0000-000000000000"),
});

export const expressions = pgTable("expressions", {
  a: timestamp("a").default(sql`now()`),
  b: timestamp("b", { withTimezone: true }).default(sql`CURRENT_TIMESTAMP`),
  c: timestamp("c").defaultNow(),
  d: uuid("d").defaultRandom(),
  e: uuid("e").default(sql`gen_random_uuid()`),
  f: text("f").default(sql`concat('a', 'b')`),
  g: integer("g").default(sql`(1 + 2)`),
  h: date("h").default(sql`CURRENT_DATE`),
  i: timestamp("i", { withTimezone: true }).default(sql`now() + interval '7 days'`),
  j: text("j").default(sql`md5(random()::text)`),
});

export const runtime = pgTable("runtime", {
  a: text("a").$defaultFn(() => randomUUID()),
  b: text("b").$default(() => Math.random().toString(36)),
  c: timestamp("c").$onUpdate(() => new Date()),
  d: text("d").notNull().$defaultFn(() => process.env.DEFAULT_PLAN ?? "free"),
});
