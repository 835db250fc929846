// Types pg-core has no word for.
import { sql } from "drizzle-orm";
import { customType, index, integer, pgTable, serial, text } from "drizzle-orm/pg-core";

const bytea = customType<{ data: Uint8Array; default: false }>({ dataType: () => "bytea" });
const tsvector = customType<{ data: string }>({ dataType() { return "tsvector"; } });
const money = customType<{ data: number; config: { precision: number }; driverData: string }>({
  dataType: (config) => `numeric(${config?.precision ?? 10}, 2)`,
  fromDriver: Number,
  toDriver: (value) => value.toFixed(2),
});
const int4range = customType<{ data: string }>({ dataType: () => "int4range" });
const timestamptz = customType<{ data: Date }>({ dataType: () => "timestamptz" });

export const files = pgTable(
  "files",
  {
    id: serial("id").primaryKey(),
    content: bytea("content").notNull(),
    title: text("title"),
    search: tsvector("search").generatedAlwaysAs(sql`to_tsvector('english', coalesce(title, ''))`),
    price: money("price", { precision: 12 }),
    plain: money("plain"),
    span: int4range("span").default(sql`'[1,10)'`),
    at: timestamptz("at").default(sql`now()`),
    sizes: integer("sizes").array(),
  },
  (t) => [index("files_search").using("gin", t.search), index("files_span").using("gist", t.span)],
);
