// Sequences that stand alone.
import { sql } from "drizzle-orm";
import { bigint, pgSchema, pgSequence, pgTable, text } from "drizzle-orm/pg-core";

export const plain = pgSequence("plain_seq");
export const tuned = pgSequence("tuned_seq", { startWith: 100, maxValue: 100000, minValue: 100, cycle: true, cache: 10, increment: 2 });
export const down = pgSequence("down_seq", { increment: -1 });
export const app = pgSchema("app");
export const inside = app.sequence("inside_seq", { startWith: 5 });

export const tickets = pgTable("tickets", {
  id: bigint("id", { mode: "number" }).primaryKey().default(sql`nextval('tuned_seq')`),
  code: text("code").notNull().default(sql`'T-' || nextval('app.inside_seq')`),
});
