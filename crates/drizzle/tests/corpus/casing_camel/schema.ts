// No names given: the configuration's casing makes them.
import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, primaryKey, text, timestamp, unique, uniqueIndex } from "drizzle-orm/pg-core";

export const fundManagers = pgTable("fundManagers", { managerId: integer().primaryKey(), full_name: text().notNull().unique(), givenName: text("given_name") });

export const fundReports = pgTable(
  "fundReports",
  {
    fundId: integer().notNull(),
    reportYear: integer().notNull().default(2020),
    writtenBy: integer().references(() => fundManagers.managerId, { onDelete: "cascade" }),
    reviewed_by: integer(),
    created_at: timestamp({ withTimezone: true }).defaultNow(),
    HTMLBody: text(),
    lengthOf: integer().generatedAlwaysAs(sql`1`),
  },
  (t) => [
    primaryKey({ columns: [t.fundId, t.reportYear] }),
    foreignKey({ columns: [t.reviewed_by], foreignColumns: [fundManagers.managerId] }),
    index().on(t.created_at, t.writtenBy),
    uniqueIndex("reports_written").on(t.writtenBy, sql`lower(${t.HTMLBody})`).where(sql`${t.reviewed_by} is not null`),
    unique().on(t.writtenBy, t.reviewed_by),
    check("report_year", sql`${t.reportYear} > 1990`),
  ],
);
