import { and, desc, eq, isNotNull, sql } from "drizzle-orm";
import { alias } from "drizzle-orm/pg-core";
import { createInsertSchema } from "drizzle-zod";
import { customers as people, orders, suppliers } from "../db";
import { db } from "../db";

export const newCustomer = createInsertSchema(people).omit({
  phone: true, // USE customers.phone
});
export const checked = createInsertSchema(people, { phone: (p) => p.min(5) }); // USE customers.phone

export async function byPhone(phone: string) {
  const { phone: column } = people; // USE customers.phone
  return db.select({ id: people.id, phone: people.phone }).from(people).where(eq(column, phone)); // USE customers.phone
}

export async function suppliersByPhone(phone: string) {
  return db.select({ phone: suppliers.phone }).from(suppliers).where(eq(suppliers.phone, phone));
}

export async function setPhone(id: number, phone: string | null) {
  await db.update(people).set({ phone }).where(eq(people.id, id)); // USE customers.phone
  await db.update(suppliers).set({ phone }).where(eq(suppliers.id, id));
}

export async function recent() {
  const c = alias(people, "c");
  const rows = await db
    .select()
    .from(orders)
    .leftJoin(c, eq(c.id, orders.customerId))
    .where(and(isNotNull(c.phone), eq(orders.note, "gift"))) // USE customers.phone orders.note
    .orderBy(desc(orders.placedAt)); // USE orders.placed_at
  return rows.map(({ orders: order, c: customer }) => ({ note: order.note, phone: customer?.phone }));
}

export async function withOrders() {
  return db.query.customers.findMany({
    columns: { id: true, phone: true }, // USE customers.phone
    where: (c, { isNotNull }) => isNotNull(c.phone), // USE customers.phone
    with: {
      orders: {
        columns: { note: true }, // USE orders.note
        orderBy: (o, { desc }) => [desc(o.placedAt)], // USE orders.placed_at
      },
    },
  });
}

export async function counted() {
  const [row] = await db.select({ n: sql<number>`count(${people.phone})` }).from(people); // USE customers.phone
  await db.execute(sql`update ${people} set phone = null where phone = ''`); // USE customers.phone
  await db.execute(sql`select phone from suppliers where note is null`);
  return row;
}
