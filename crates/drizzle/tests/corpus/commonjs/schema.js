// JavaScript with require, as older projects have it.
const { pgTable, serial, text, integer, index } = require("drizzle-orm/pg-core");
const { sql } = require("drizzle-orm");

const authors = pgTable("authors", { id: serial("id").primaryKey(), name: text("name").notNull() });
const books = pgTable(
  "books",
  { id: serial("id").primaryKey(), authorId: integer("author_id").references(() => authors.id), title: text("title").default(sql`'untitled'`) },
  (t) => [index("books_title").on(t.title)],
);

module.exports = { authors, books };
