// Every column type of pg-core, with its options.
import {
  bigint, bigserial, bit, boolean, char, cidr, date, decimal, doublePrecision, inet, integer, interval, json, jsonb, line,
  macaddr, macaddr8, numeric, pgTable, point, real, serial, smallint, smallserial, text, time, timestamp, uuid, varchar,
} from "drizzle-orm/pg-core";

export const numbers = pgTable("numbers", {
  a: serial("a"),
  b: bigserial("b", { mode: "number" }),
  c: smallserial("c"),
  d: integer("d"),
  e: bigint("e", { mode: "bigint" }),
  f: smallint("f"),
  g: numeric("g"),
  h: numeric("h", { precision: 10 }),
  i: decimal("i", { precision: 10, scale: 4 }),
  j: real("j"),
  k: doublePrecision("k"),
  l: boolean("l"),
});

export const texts = pgTable("texts", {
  a: text("a"),
  b: text("b", { enum: ["x", "y"] }),
  c: varchar("c"),
  d: varchar("d", { length: 10, enum: ["x", "y"] }),
  e: char("e"),
  f: char("f", { length: 3 }),
  g: uuid("g").defaultRandom(),
  h: json("h").$type<{ a: number }>(),
  i: jsonb("i"),
  j: inet("j"),
  k: cidr("k"),
  l: macaddr("l"),
  m: macaddr8("m"),
  n: bit("n", { dimensions: 3 }),
});

export const times = pgTable("times", {
  a: date("a"),
  b: date("b", { mode: "date" }),
  c: time("c"),
  d: time("d", { precision: 2, withTimezone: true }),
  e: timestamp("e"),
  f: timestamp("f", { precision: 3, mode: "string" }),
  g: timestamp("g", { withTimezone: true }),
  h: timestamp("h", { withTimezone: true, precision: 6 }),
  i: interval("i"),
  j: interval("j", { fields: "day to second", precision: 3 }),
  k: interval("k", { fields: "month" }),
});

export const shapes = pgTable("shapes", {
  a: point("a"),
  b: point("b", { mode: "xy" }),
  c: line("c"),
  d: line("d", { mode: "abc" }),
});
