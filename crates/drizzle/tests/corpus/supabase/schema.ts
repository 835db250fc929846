// A project on Supabase: roles and tables that the platform owns are referred to, not made.
import { sql } from "drizzle-orm";
import { pgPolicy, pgTable, text, timestamp, uuid } from "drizzle-orm/pg-core";
import { anonRole, authenticatedRole, authUid, authUsers } from "drizzle-orm/supabase";

export const profiles = pgTable(
  "profiles",
  {
    id: uuid("id").primaryKey().references(() => authUsers.id, { onDelete: "cascade" }),
    handle: text("handle").notNull().unique(),
    createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  },
  (t) => [
    pgPolicy("profiles are public", { for: "select", to: [anonRole, authenticatedRole], using: sql`true` }),
    pgPolicy("own profile", { for: "update", to: authenticatedRole, using: sql`${authUid} = ${t.id}` }),
  ],
);
