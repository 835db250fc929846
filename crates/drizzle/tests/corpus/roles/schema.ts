// Roles with attributes.
import { pgRole, pgTable, serial } from "drizzle-orm/pg-core";

export const plain = pgRole("lk_corpus_plain");
export const admin = pgRole("lk_corpus_admin", { createDb: true, createRole: true, inherit: false });
export const there = pgRole("lk_corpus_there").existing();
export const anything = pgTable("anything", { id: serial("id").primaryKey() });
