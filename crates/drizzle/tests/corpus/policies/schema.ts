// Row level security: policies in tables, linked ones, roles, forced on without a policy.
import { sql } from "drizzle-orm";
import { integer, pgPolicy, pgRole, pgTable, serial, text } from "drizzle-orm/pg-core";

export const manager = pgRole("lk_corpus_manager");
export const reader = pgRole("lk_corpus_reader").existing();

export const notes = pgTable(
  "notes",
  { id: serial("id").primaryKey(), owner: text("owner").notNull(), team: integer("team"), body: text("body") },
  (t) => [
    pgPolicy("notes_read", { for: "select", to: "public", using: sql`${t.owner} = current_user` }),
    pgPolicy("notes_write", { as: "restrictive", for: "insert", to: [manager, "current_user"], withCheck: sql`${t.team} is not null` }),
    pgPolicy("notes_all", { to: manager, using: sql`true`, withCheck: sql`true` }),
    pgPolicy("notes bare"),
  ],
);

export const plain = pgTable("plain", { id: serial("id").primaryKey() });
export const linked = pgPolicy("plain_linked", { for: "delete", to: reader, using: sql`id > 0` }).link(plain);

export const locked = pgTable("locked", { id: serial("id").primaryKey() }).enableRLS();
