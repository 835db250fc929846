// Indexes: methods, expressions, partial ones, operator classes, order, storage options.
import { and, eq, gt, isNull, sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, serial, text, timestamp, uniqueIndex } from "drizzle-orm/pg-core";

export const documents = pgTable(
  "documents",
  {
    id: serial("id").primaryKey(),
    title: text("title").notNull(),
    body: jsonb("body"),
    tags: text("tags").array(),
    owner: integer("owner"),
    rank: integer("rank"),
    deletedAt: timestamp("deleted_at"),
    isPublic: boolean("is_public").default(false),
    createdAt: timestamp("created_at").defaultNow(),
  },
  (t) => [
    index().on(t.owner),
    index().on(t.owner, t.rank),
    uniqueIndex().on(t.title, t.owner),
    index("documents_lower_title").on(sql`lower(${t.title})`),
    index("documents_mixed").on(t.owner, sql`lower(${t.title}) desc`),
    index("documents_body").using("gin", t.body),
    index("documents_body_path").using("gin", t.body.op("jsonb_path_ops")),
    index("documents_tags").using("gin", t.tags),
    index("documents_created_brin").using("brin", t.createdAt),
    index("documents_owner_hash").using("hash", t.owner),
    index("documents_prefix").on(t.title.op("text_pattern_ops")),
    index("documents_orders").on(t.rank.desc(), t.owner.asc().nullsFirst(), t.createdAt.desc().nullsLast()),
    index("documents_desc_first").on(t.rank.desc().nullsFirst()),
    index("documents_live").on(t.owner).where(sql`${t.deletedAt} is null`),
    index("documents_filtered").on(t.rank).where(and(isNull(t.deletedAt), sql`${t.rank} > 10`)!),
    uniqueIndex("documents_one_public").on(t.owner).where(sql`${t.isPublic} = true`),
    index("documents_fill").on(t.rank).with({ fillfactor: 70 }),
    index("documents_fast").using("gin", t.tags).with({ fastupdate: "off" }),
  ],
);

export const used = [eq, gt];
