// A subscription service: two schemas, roles with policies, reports as views, validators and relations beside them.
// `casing: "snake_case"` names the columns; Drizzle writes the queries of views without it, so what they read is named.
// (drizzle-orm 0.x)
import { and, count, eq, gt, isNull, relations, sql, sum } from "drizzle-orm";
import {
  bigint, boolean, check, foreignKey, index, integer, jsonb, pgEnum, pgMaterializedView, pgPolicy, pgRole, pgSchema, pgSequence, pgView,
  primaryKey, text, unique, uniqueIndex, uuid, varchar, type AnyPgColumn,
} from "drizzle-orm/pg-core";
import { createInsertSchema, createSelectSchema } from "drizzle-zod";
import { z } from "zod";

import { key, money, table, timestamps } from "./columns";

export const billing = pgSchema("billing");
export const plan = pgEnum("plan", ["free", "team", "enterprise"]);
export const invoiceState = billing.enum("invoice_state", ["draft", "sent", "paid", "void"]);
export const invoiceNumbers = pgSequence("invoice_numbers", { startWith: 1000, increment: 1, cache: 20 });

export const member = pgRole("svc_member").existing();
export const support = pgRole("svc_support", { inherit: false });

export interface Settings { theme?: "dark" | "light"; features: Record<string, boolean> }

export const organizations = table(
  "organization",
  {
    id: key(),
    slug: varchar({ length: 63 }).notNull(),
    displayName: text("display_name").notNull(),
    plan: plan().notNull().default("free"),
    seatsMax: integer().notNull().default(5),
    settings: jsonb().$type<Settings>().notNull().default({ features: {} }),
    parentId: uuid().references((): AnyPgColumn => organizations.id, { onDelete: "set null" }),
    ...timestamps,
  },
  (t) => [
    uniqueIndex("svc_organization_slug").on(sql`lower(${t.slug})`).where(isNull(t.deletedAt)),
    check("svc_organization_seats", sql`${t.seatsMax} between 1 and 10000`),
    check("svc_organization_slug_form", sql`${t.slug} ~ '^[a-z0-9-]+$'`),
  ],
);

export const users = table(
  "user",
  {
    id: key(),
    email: text().notNull(),
    isActive: boolean().notNull().default(true),
    loginCount: bigint({ mode: "number" }).notNull().default(0),
    ...timestamps,
  },
  (t) => [unique("svc_user_email").on(t.email), index().on(t.createdAt.desc().nullsLast())],
);

export const memberships = table(
  "membership",
  {
    organizationId: uuid("organization_id").notNull().references(() => organizations.id, { onDelete: "cascade" }),
    userId: uuid("user_id").notNull().references(() => users.id, { onDelete: "cascade", onUpdate: "cascade" }),
    role: text({ enum: ["owner", "admin", "member"] }).notNull().default("member"),
    ...timestamps,
  },
  (t) => [
    primaryKey({ columns: [t.organizationId, t.userId] }),
    index("svc_membership_user").on(t.userId, t.role).where(sql`${t.deletedAt} is null`),
    pgPolicy("own organization", {
      for: "select",
      to: member,
      using: sql`${t.organizationId} = nullif(current_setting('svc.organization', true), '')::uuid`,
    }),
    pgPolicy("support reads", { as: "permissive", for: "select", to: support, using: sql`true` }),
  ],
).enableRLS();

export const invoices = billing.table(
  "invoices",
  {
    id: key(),
    number: bigint({ mode: "bigint" }).notNull().default(sql`nextval('invoice_numbers')`).unique(),
    organizationId: uuid().notNull(),
    memberId: uuid(),
    state: invoiceState().notNull().default("draft"),
    net: money({ precision: 14 }).notNull(),
    tax: money().notNull().default(sql`0`),
    gross: money().generatedAlwaysAs(sql`net + tax`),
    lines: jsonb().$type<{ text: string; cents: number }[]>().notNull().default([]),
    tags: text().array().notNull().default(sql`'{}'::text[]`),
    ...timestamps,
  },
  (t) => [
    foreignKey({ name: "invoices_member", columns: [t.organizationId, t.memberId], foreignColumns: [memberships.organizationId, memberships.userId] })
      .onDelete("restrict"),
    index("invoices_open").using("btree", t.organizationId, t.createdAt.desc()).where(sql`${t.state} in ('draft', 'sent')`),
    index("invoices_tags").using("gin", t.tags),
    check("invoices_net", sql`${t.net} >= 0 and ${t.tax} >= 0`),
  ],
);

export const activeOrganizations = pgView("svc_active_organizations").as((qb) =>
  qb
    .select({ id: organizations.id, name: sql<string>`${organizations.displayName}`.as("name"), members: count(memberships.userId).as("members") })
    .from(organizations)
    .leftJoin(memberships, and(eq(memberships.organizationId, organizations.id), isNull(memberships.role)))
    .where(gt(organizations.id, sql`'00000000-0000-0000-0000-000000000000'`))
    .groupBy(organizations.id),
);

export const revenue = pgMaterializedView("svc_revenue")
  .with({ fillfactor: 90 })
  .as((qb) => qb.select({ state: invoices.state, net: sum(invoices.net).as("net") }).from(invoices).groupBy(invoices.state));

export const organizationsRelations = relations(organizations, ({ one, many }) => ({
  parent: one(organizations, { fields: [organizations.parentId], references: [organizations.id], relationName: "parent" }),
  memberships: many(memberships),
  invoices: many(invoices),
}));
export const membershipsRelations = relations(memberships, ({ one }) => ({
  organization: one(organizations, { fields: [memberships.organizationId], references: [organizations.id] }),
  user: one(users, { fields: [memberships.userId], references: [users.id] }),
}));

export const insertOrganization = createInsertSchema(organizations, {
  slug: (schema) => schema.regex(/^[a-z0-9-]+$/),
  settings: z.object({ theme: z.enum(["dark", "light"]).optional(), features: z.record(z.string(), z.boolean()) }),
});
export const selectInvoice = createSelectSchema(invoices).omit({ deletedAt: true });
export type Organization = typeof organizations.$inferSelect;
export type NewInvoice = z.infer<typeof selectInvoice> & { readonly organization?: Organization };
