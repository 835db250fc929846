import { integer, pgTable, serial } from "drizzle-orm/pg-core";
import { kind } from "../enums";
import { extras } from "../more/deep/extras.js";

export const base = pgTable("base", { id: serial("id").primaryKey(), kind: kind("kind"), extraId: integer("extra_id").references(() => extras.id) });
