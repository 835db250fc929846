// Names that need quotes: keywords, capitals, spaces, unicode, very long ones.
import { sql } from "drizzle-orm";
import { check, index, integer, pgEnum, pgTable, serial, text, unique } from "drizzle-orm/pg-core";

export const mood = pgEnum("Mood Kind", ["Happy", "so so"]);

export const user = pgTable("user", {
  id: serial("id").primaryKey(),
  order: integer("order"),
  select: text("select").unique(),
  FirstName: text("FirstName"),
  "with space": text("with space"),
  größe: integer("größe"),
  mood: mood("Mood"),
});

export const Weird = pgTable(
  "Weird-Table.Name",
  {
    id: serial("Id").primaryKey(),
    userId: integer("userId").references(() => user.id),
    ünïcode: text("ünïcode"),
  },
  (t) => [
    index("Weird Index").on(t.ünïcode),
    unique("Weird Unique").on(t.userId, t.ünïcode),
    check("Weird Check", sql`${t.userId} <> 0`),
  ],
);

export const long = pgTable("a_table_whose_name_is_already_rather_long_for_anybody_to_type", {
  id: serial("id").primaryKey(),
  reference: integer("a_column_whose_name_is_rather_long_as_well").references(() => user.id),
});
