// The tables an authentication library wants.
import { boolean, index, integer, pgTable, primaryKey, text, timestamp } from "drizzle-orm/pg-core";

type AdapterAccountType = "oauth" | "oidc" | "email";

export const users = pgTable("user", {
  id: text("id").primaryKey().$defaultFn(() => crypto.randomUUID()),
  name: text("name"),
  email: text("email").unique(),
  emailVerified: timestamp("emailVerified", { mode: "date" }),
});
export const accounts = pgTable(
  "account",
  {
    userId: text("userId").notNull().references(() => users.id, { onDelete: "cascade" }),
    type: text("type").$type<AdapterAccountType>().notNull(),
    provider: text("provider").notNull(),
    providerAccountId: text("providerAccountId").notNull(),
    expires_at: integer("expires_at"),
  },
  (account) => [primaryKey({ columns: [account.provider, account.providerAccountId] }), index("account_user").on(account.userId)],
);
export const sessions = pgTable("session", {
  sessionToken: text("sessionToken").primaryKey(),
  userId: text("userId").notNull().references(() => users.id, { onDelete: "cascade" }),
  expires: timestamp("expires", { mode: "date" }).notNull(),
});
export const authenticators = pgTable(
  "authenticator",
  { credentialID: text("credentialID").notNull().unique(), userId: text("userId").notNull().references(() => users.id), backedUp: boolean("backedUp").notNull() },
  (a) => [primaryKey({ columns: [a.userId, a.credentialID] })],
);
