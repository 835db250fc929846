// Columns and tables made by helpers, with the TypeScript that comes along.
import { sql, type SQL } from "drizzle-orm";
import { check, index, integer, pgTable, text, timestamp, uuid, type PgColumn } from "drizzle-orm/pg-core";

namespace Limits {
  export const title = 120;
}
const enum Role { Owner = "owner", Member = "member" }
abstract class Named {
  constructor(protected readonly prefix: string) {}
  name(of: string): string { return `${this.prefix}_${of}`; }
}
class Tables extends Named {
  declare kind: "tables";
  static #count = 0;
  make<const K extends string>(of: K) { Tables.#count += 1; return this.name(of) as `app_${K}`; }
}
const tables = new Tables("app");

const id = () => uuid("id").primaryKey().defaultRandom();
const timestamps = {
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow().$onUpdate(() => new Date()),
} satisfies Record<string, unknown>;
const short = (column: PgColumn, max: number): SQL => sql`char_length(${column}) <= ${sql.raw(`${max}`)}`;

export const projects = pgTable(tables.make("projects"), { id: id(), title: text("title").notNull(), ...timestamps }, (t) => [
  check("projects_title_short", short(t.title, Limits.title)),
  index("projects_created_idx").on(t.createdAt!),
]);
export const members = pgTable(tables.make("members"), {
  id: id(),
  projectId: uuid("project_id").notNull().references(() => projects.id, { onDelete: "cascade" }),
  role: text("role").$type<Role>().notNull().default(Role.Member),
  weight: integer("weight").default(((n: number) => n * 2)(21)),
  ...timestamps,
});
const per = <T extends string>(names: readonly T[]) => Object.fromEntries(names.map((name) => [name, integer(name).notNull().default(0)])) as Record<T, ReturnType<typeof integer>>;
export const counters = pgTable("counters", { id: id(), ...per(["reads", "writes"] as const) });
export default projects;
