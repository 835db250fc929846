import { drizzle } from "drizzle-orm/node-postgres";
import * as customers from "./customers";
import * as orders from "./orders";
export * from "./customers";
export * from "./orders";
export const schema = { ...customers, ...orders };
export const db = drizzle(process.env.DATABASE_URL!, { schema });
