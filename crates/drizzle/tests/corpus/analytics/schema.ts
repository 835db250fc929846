// Time series: precise timestamps, brin, generated search vectors, partial unique indexes.
import { sql } from "drizzle-orm";
import { bigint, bigserial, date, doublePrecision, index, jsonb, pgMaterializedView, pgTable, text, timestamp, uniqueIndex, varchar } from "drizzle-orm/pg-core";

export const events = pgTable(
  "events",
  {
    id: bigserial("id", { mode: "bigint" }).primaryKey(),
    at: timestamp("at", { withTimezone: true, precision: 6, mode: "string" }).notNull(),
    day: date("day").generatedAlwaysAs(sql`((at at time zone 'UTC')::date)`),
    name: varchar("name", { length: 100 }).notNull(),
    visitor: bigint("visitor", { mode: "bigint" }),
    value: doublePrecision("value").default(0),
    properties: jsonb("properties").$type<Record<string, string>>().default({}).notNull(),
    externalId: text("external_id"),
  },
  (t) => [
    index("events_at_brin").using("brin", t.at),
    index("events_properties").using("gin", t.properties.op("jsonb_path_ops")),
    index("events_plan").on(sql`(${t.properties} ->> 'plan')`),
    uniqueIndex("events_external").on(t.externalId).where(sql`${t.externalId} is not null`),
    index("events_name_at").on(t.name, t.at.desc()),
  ],
);
export const daily = pgMaterializedView("daily").as((qb) =>
  qb.select({ day: events.day, name: events.name, total: sql<number>`sum(${events.value})`.as("total") }).from(events).groupBy(events.day, events.name),
);
