import { bigint, pgTable, text, timestamp, varchar } from "drizzle-orm/pg-core";

export const customers = pgTable("customers", {
  id: bigint("id", { mode: "number" }).primaryKey(),
  email: varchar("email", { length: 200 }).notNull(),
  phone: text("phone"),
  createdAt: timestamp("created_at").notNull().defaultNow(),
});
