import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";
import { users, type Named } from "./users";

export const groups = pgTable("groups", { id: serial("id").primaryKey(), title: text("title"), ownerId: integer("owner_id").references(() => users.id) });
export const label = (group: Named): string => group.name;
