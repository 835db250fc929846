import { relations } from "drizzle-orm";
import { bigint, pgTable, text, timestamp } from "drizzle-orm/pg-core";
import { customers } from "./customers";

export const orders = pgTable("orders", {
  id: bigint({ mode: "number" }).primaryKey(),
  customerId: bigint({ mode: "number" }).references(() => customers.id),
  note: text(),
  placedAt: timestamp("placed_at"),
});

export const suppliers = pgTable("suppliers", { id: bigint("id", { mode: "number" }), phone: text("phone"), note: text("note") });

export const customersRelations = relations(customers, ({ many }) => ({ orders: many(orders) }));
export const ordersRelations = relations(orders, ({ one }) => ({
  customer: one(customers, { fields: [orders.customerId], references: [customers.id] }),
}));
