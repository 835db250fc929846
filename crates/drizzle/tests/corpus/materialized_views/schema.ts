// Materialized views with their storage options.
import { count, eq, sql } from "drizzle-orm";
import { integer, pgMaterializedView, pgTable, serial, text } from "drizzle-orm/pg-core";

export const sales = pgTable("sales", { id: serial("id").primaryKey(), region: text("region").notNull(), amount: integer("amount").notNull() });

export const byRegion = pgMaterializedView("by_region").as((qb) =>
  qb.select({ region: sales.region, sold: count(sales.id).as("sold") }).from(sales).groupBy(sales.region),
);
export const large = pgMaterializedView("large", { id: integer("id"), amount: integer("amount") })
  .with({ fillfactor: 80, autovacuumEnabled: false })
  .withNoData()
  .as(sql`select id, amount from ${sales} where amount > 1000`);
export const heaped = pgMaterializedView("heaped").using("heap").tablespace("pg_default").as((qb) => qb.select().from(sales).where(eq(sales.region, "EU")));
