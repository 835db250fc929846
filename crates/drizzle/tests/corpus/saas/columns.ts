// What the tables of the service share: prefixes, types of its own, columns that every table has.
import { sql } from "drizzle-orm";
import { customType, pgTableCreator, timestamp, uuid } from "drizzle-orm/pg-core";

export const table = pgTableCreator((name) => `svc_${name}`);

/** Cents in the database, a number with a currency in the application. */
export const money = customType<{ data: { cents: number }; driverData: string; config: { precision?: number } }>({
  dataType: (config) => `numeric(${config?.precision ?? 14}, 2)`,
  toDriver: ({ cents }) => (cents / 100).toFixed(2),
  fromDriver: (value) => ({ cents: Math.round(Number(value) * 100) }),
});

export const timestamps = {
  createdAt: timestamp({ withTimezone: true, precision: 3 }).notNull().defaultNow(),
  updatedAt: timestamp({ withTimezone: true, precision: 3 })
    .notNull()
    .defaultNow()
    .$onUpdate(() => new Date()),
  deletedAt: timestamp({ withTimezone: true }),
};

export const key = () => uuid().primaryKey().default(sql`gen_random_uuid()`);
