// An outbox with JSON defaults, documents as defaults, and a unique key that ignores nulls.
import { sql } from "drizzle-orm";
import { bigint, index, integer, jsonb, pgEnum, pgTable, smallint, text, timestamp, unique, uuid } from "drizzle-orm/pg-core";

export const state = pgEnum("outbox_state", ["new", "sent", "failed"]);
export const outbox = pgTable(
  "outbox",
  {
    id: uuid("id").primaryKey().default(sql`gen_random_uuid()`),
    topic: text("topic").notNull(),
    key: text("key"),
    state: state("state").notNull().default("new"),
    attempts: smallint("attempts").notNull().default(0),
    payload: jsonb("payload").notNull().default({ note: "a \"quoted\" word", list: [1, { deep: null }] }),
    sequence: bigint("sequence", { mode: "number" }).generatedAlwaysAsIdentity(),
    retryAt: timestamp("retry_at", { withTimezone: true }).default(sql`now() + '5 minutes'::interval`),
    lock: integer("lock"),
  },
  (t) => [unique("outbox_topic_key").on(t.topic, t.key).nullsNotDistinct(), index("outbox_todo").on(t.retryAt, t.sequence).where(sql`${t.state} <> 'sent'`)],
);
