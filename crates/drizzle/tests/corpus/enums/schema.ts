// Enums: from constants, in a schema, as arrays, with defaults.
import { sql } from "drizzle-orm";
import { pgEnum, pgSchema, pgTable, serial } from "drizzle-orm/pg-core";

const LEVELS = ["low", "medium", "high"] as const;
enum Phase { Draft = "draft", Live = "live" }

export const level = pgEnum("level", LEVELS);
export const phase = pgEnum("phase", Object.values(Phase) as [Phase, ...Phase[]]);
export const numberLike = pgEnum("numeric_kind", ["1", "2", "a,b", "c\"d"]);
export const audit = pgSchema("audit");
export const action = audit.enum("action", ["insert", "update", "delete"]);

export const settings = pgTable("settings", {
  id: serial("id").primaryKey(),
  level: level("level").notNull().default("medium"),
  phase: phase("phase").default(Phase.Draft),
  levels: level("levels").array().default(["low", "high"]),
  none: level("none").array().default(sql`'{}'`),
});

export const log = audit.table("log", {
  id: serial("id").primaryKey(),
  action: action("action").notNull().default("insert"),
  level: level("level"),
});

export const text_kind = pgEnum("text_kind", ["a", "b"]);
export const kinds = pgTable("kinds", { kind: text_kind("kind").default("a") });
