import { relations } from "drizzle-orm";
import { index, integer, pgSchema, pgTable, serial, text, timestamp } from "drizzle-orm/pg-core";

const timestamps = { createdAt: timestamp("created_at").notNull() };

export const funds = pgTable("funds", {
  id: serial("id").primaryKey(),
  name: text("name").notNull(),
  vintage: integer("vintage_year"),
  strategy: text(),
  ...timestamps,
}, (table) => [index("funds_vintage").on(table.vintage)]);

export const positions = pgTable("positions", {
  id: serial("id").primaryKey(),
  fundId: integer("fund_id").references(() => funds.id),
  name: text("name"),
}).enableRLS();

export const auth = pgSchema("auth");
export const users = auth.table("users", (t) => ({ id: t.integer("id"), name: t.text("name") }));

export const fundsRelations = relations(funds, ({ many }) => ({ positions: many(positions) }));
export const positionsRelations = relations(positions, ({ one }) => ({
  fund: one(funds, { fields: [positions.fundId], references: [funds.id] }),
}));
