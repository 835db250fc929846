// One database, several projects: every table has a prefix.
import { index, integer, pgTableCreator, text, unique } from "drizzle-orm/pg-core";

export const createTable = pgTableCreator((name) => `acme_${name}`);

export const boards = createTable("board", { id: integer("id").primaryKey().generatedByDefaultAsIdentity(), name: text("name").unique() });
export const cards = createTable(
  "card",
  { id: integer("id").primaryKey().generatedByDefaultAsIdentity(), boardId: integer("board_id").references(() => boards.id), title: text("title") },
  (t) => [index("card_title_idx").on(t.title), unique().on(t.boardId, t.title)],
);
