// No names given: the configuration's casing makes them.
import { sql } from "drizzle-orm";
import { check, foreignKey, index, integer, pgTable, primaryKey, text, timestamp, unique, uniqueIndex } from "drizzle-orm/pg-core";

export const fundManagers = pgTable("fund_managers", { managerId: integer().primaryKey(), fullName: text().notNull().unique(), givenName: text("GivenName") });

export const fundReports = pgTable(
  "fund_reports",
  {
    fundId: integer().notNull(),
    reportYear: integer().notNull().default(2020),
    writtenBy: integer().references(() => fundManagers.managerId, { onDelete: "cascade" }),
    reviewedBy: integer(),
    createdAt: timestamp({ withTimezone: true }).defaultNow(),
    HTMLBody: text(),
    lengthOf: integer().generatedAlwaysAs(sql`1`),
  },
  (t) => [
    primaryKey({ columns: [t.fundId, t.reportYear] }),
    foreignKey({ columns: [t.reviewedBy], foreignColumns: [fundManagers.managerId] }),
    index().on(t.createdAt, t.writtenBy),
    uniqueIndex("reports_written").on(t.writtenBy, sql`lower(${t.HTMLBody})`).where(sql`${t.reviewedBy} is not null`),
    unique().on(t.writtenBy, t.reviewedBy),
    check("report_year", sql`${t.reportYear} > 1990`),
  ],
);
