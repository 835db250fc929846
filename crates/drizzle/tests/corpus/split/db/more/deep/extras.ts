import { pgTable, serial, text } from "drizzle-orm/pg-core";

export const extras = pgTable("extras", { id: serial("id").primaryKey(), label: text("label").default("x") });
