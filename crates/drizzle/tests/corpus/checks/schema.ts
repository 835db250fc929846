// Checks: lists from constants and from zod, raw SQL, several columns.
import { sql } from "drizzle-orm";
import { check, date, integer, numeric, pgTable, serial, text } from "drizzle-orm/pg-core";
import { z } from "zod";

const STAGES = ["seed", "series-a", "it's late"] as const;
const Kind = z.enum(["equity", "debt", "safe"]);
const listed = (values: readonly string[]) => sql.raw(values.map((value) => `'${value.replace(/'/g, "''")}'`).join(", "));

export const deals = pgTable(
  "deals",
  {
    id: serial("id").primaryKey(),
    stage: text("stage").notNull(),
    kind: text("kind", { enum: Kind.options }).notNull(),
    amount: numeric("amount", { precision: 14, scale: 2 }).notNull(),
    share: integer("share"),
    opened: date("opened").notNull(),
    closed: date("closed"),
  },
  (table) => [
    check("deals_stage", sql`${table.stage} in (${listed(STAGES)})`),
    check("deals_kind", sql`${table.kind} in (${listed(Kind.options)})`),
    check("deals_amount", sql`${table.amount} > 0 and ${table.amount} < 1e12`),
    check("deals_share", sql`${table.share} is null or (${table.share} between 0 and 100)`),
    check("deals_dates", sql`${table.closed} >= ${table.opened}`),
    check("deals_length", sql`char_length(${table.stage}) <= ${sql.raw(String(40))}`),
  ],
);
