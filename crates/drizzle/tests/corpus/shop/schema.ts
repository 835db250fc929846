// A shop as most projects write one: serial keys, enums, references, timestamps.
import { relations, sql } from "drizzle-orm";
import {
  boolean, check, index, integer, numeric, pgEnum, pgTable, primaryKey, serial, text, timestamp, uniqueIndex, varchar,
} from "drizzle-orm/pg-core";

export const orderStatus = pgEnum("order_status", ["pending", "paid", "shipped", "it's back"]);

export const customers = pgTable("customers", {
  id: serial("id").primaryKey(),
  email: varchar("email", { length: 255 }).notNull().unique(),
  name: text("name").notNull(),
  isActive: boolean("is_active").default(true).notNull(),
  createdAt: timestamp("created_at").defaultNow().notNull(),
});

export const products = pgTable(
  "products",
  {
    id: serial("id").primaryKey(),
    sku: varchar("sku", { length: 32 }).notNull(),
    title: text("title").notNull(),
    price: numeric("price", { precision: 10, scale: 2 }).notNull(),
    stock: integer("stock").notNull().default(0),
  },
  (t) => [uniqueIndex("products_sku_idx").on(t.sku), check("products_price_positive", sql`${t.price} > 0`)],
);

export const orders = pgTable(
  "orders",
  {
    id: serial("id").primaryKey(),
    customerId: integer("customer_id").notNull().references(() => customers.id, { onDelete: "restrict", onUpdate: "cascade" }),
    status: orderStatus("status").notNull().default("pending"),
    placedAt: timestamp("placed_at", { withTimezone: true, precision: 3 }).notNull().defaultNow(),
  },
  (t) => [index().on(t.customerId), index("orders_status_placed_idx").on(t.status, t.placedAt.desc())],
);

export const orderItems = pgTable(
  "order_items",
  {
    orderId: integer("order_id").notNull().references(() => orders.id, { onDelete: "cascade" }),
    productId: integer("product_id").notNull().references(() => products.id),
    quantity: integer("quantity").notNull().default(1),
  },
  (t) => [primaryKey({ columns: [t.orderId, t.productId] })],
);

export type Customer = typeof customers.$inferSelect;
export interface Basket { items: { sku: string; quantity: number }[] }
export const total = (basket: Basket): number => basket.items.reduce((sum, item) => sum + item.quantity, 0);
