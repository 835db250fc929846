// Views: from the query builder, from SQL, one upon another, named before what they read.
import { and, desc, eq, gt, sql } from "drizzle-orm";
import { boolean, integer, pgSchema, pgTable, pgView, serial, text, timestamp } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  name: text("name").notNull(),
  active: boolean("active").notNull().default(true),
  createdAt: timestamp("created_at").notNull().defaultNow(),
});
export const posts = pgTable("posts", { id: serial("id").primaryKey(), authorId: integer("author_id").references(() => users.id), title: text("title"), score: integer("score") });

export const popular = pgView("popular").as((qb) =>
  qb
    .select({ id: posts.id, title: posts.title, score: posts.score, author: sql<string>`${users.name}`.as("author") })
    .from(posts)
    .innerJoin(users, eq(posts.authorId, users.id))
    .where(and(eq(users.active, true), gt(posts.score, 10)))
    .orderBy(desc(posts.score)),
);
export const aTop = pgView("a_top").as((qb) => qb.select().from(popular).where(gt(popular.score, 100)));
export const counted = pgView("counted", { authorId: integer("author_id"), posts: integer("posts") }).as(
  sql`select author_id, count(*)::int as posts from ${posts} group by author_id`,
);
export const secure = pgView("secure").with({ securityBarrier: true, checkOption: "cascaded" }).as((qb) => qb.select().from(users).where(eq(users.active, true)));

export const reports = pgSchema("reports");
export const recent = reports.view("recent").as((qb) => qb.select().from(users).where(sql`${users.createdAt} > now() - interval '30 days'`));
