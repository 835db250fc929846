// Relations, validators and helpers beside the tables do no harm. (drizzle-orm 0.x)
import { relations, type InferSelectModel } from "drizzle-orm";
import { integer, pgEnum, pgTable, serial, text, timestamp } from "drizzle-orm/pg-core";
import { createInsertSchema, createSelectSchema } from "drizzle-zod";
import { z } from "zod";

export { InferSelectModel } from "drizzle-orm";
export const priority = pgEnum("priority", z.enum(["low", "high"]).options);
export const tasks = pgTable("tasks", {
  id: serial("id").primaryKey(),
  title: text("title").notNull(),
  priority: priority("priority").default("low"),
  parentId: integer("parent_id"),
  due: timestamp("due"),
});
export const comments = pgTable("comments", { id: serial("id").primaryKey(), taskId: integer("task_id").references(() => tasks.id) });

export const tasksRelations = relations(tasks, ({ one, many }) => ({
  parent: one(tasks, { fields: [tasks.parentId], references: [tasks.id] }),
  comments: many(comments),
}));
export const insertTask = createInsertSchema(tasks, { title: (schema) => schema.min(1) });
export const selectTask = createSelectSchema(tasks).extend({ late: z.boolean() });
export type Task = InferSelectModel<typeof tasks>;
export class TaskError extends Error {
  constructor(readonly task: Task) { super(`task ${task.id}`); }
}
export async function later(): Promise<number> { return 1; }
export const lateTasks = (all: Task[]) => all.filter((task) => task.due && task.due < new Date());
