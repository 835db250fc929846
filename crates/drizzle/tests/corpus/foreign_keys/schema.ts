// Foreign keys in every form, with every action.
import { foreignKey, integer, pgTable, serial, text, unique, uuid, type AnyPgColumn } from "drizzle-orm/pg-core";

export const teams = pgTable("teams", { id: serial("id").primaryKey(), region: text("region").notNull(), code: text("code").notNull() }, (t) => [
  unique("teams_region_code").on(t.region, t.code),
]);

export const people = pgTable(
  "people",
  {
    id: serial("id").primaryKey(),
    managerId: integer("manager_id").references((): AnyPgColumn => people.id, { onDelete: "set null" }),
    teamId: integer("team_id").default(1).references(() => teams.id, { onDelete: "set default", onUpdate: "set null" }),
    mentorId: integer("mentor_id"),
    region: text("region"),
    code: text("code"),
    backup: integer("backup").references(() => teams.id, { onDelete: "no action" }),
  },
  (t) => [
    foreignKey({ columns: [t.mentorId], foreignColumns: [t.id], name: "people_mentor" }).onDelete("cascade"),
    foreignKey({ columns: [t.region, t.code], foreignColumns: [teams.region, teams.code] }).onDelete("restrict").onUpdate("cascade"),
  ],
);

export const badges = pgTable("badges", {
  id: uuid("id").defaultRandom().primaryKey(),
  ownerId: integer("owner_id").notNull().references(() => people.id, { onDelete: "cascade", onUpdate: "restrict" }),
});
