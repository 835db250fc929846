// A tenant's rows are its own: a helper makes each table and its policy.
import { sql } from "drizzle-orm";
import { index, integer, pgPolicy, pgTable, primaryKey, text, uuid, varchar, type PgColumnBuilderBase } from "drizzle-orm/pg-core";

const tenantTable = <T extends Record<string, PgColumnBuilderBase>>(name: string, columns: T) =>
  pgTable(
    name,
    { tenantId: uuid("tenant_id").notNull(), ...columns },
    (t) => [
      pgPolicy(`${name}_tenant`, { using: sql`${t.tenantId} = current_setting('app.tenant')::uuid`, withCheck: sql`${t.tenantId} = current_setting('app.tenant')::uuid` }),
      index(`${name}_tenant_idx`).on(t.tenantId),
    ],
  );

export const documents = tenantTable("documents", { id: uuid("id").primaryKey().defaultRandom(), title: varchar("title", { length: 200 }).notNull() });
export const quotas = tenantTable("quotas", { resource: text("resource").notNull(), amount: integer("amount").notNull().default(0) });
export const tenants = pgTable("tenants", { id: uuid("id").notNull(), slug: text("slug").notNull() }, (t) => [primaryKey({ columns: [t.id] })]);
