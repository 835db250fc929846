import "dotenv/config";
import type { Config } from "drizzle-kit";

const url = process.env.DATABASE_URL;
if (!url) throw new Error("DATABASE_URL is not set");

export default {
  dialect: "postgresql",
  schema: ["./db/schema", "./db/more/**/*.ts", "./db/enums.ts"],
  out: "./db/migrations",
  dbCredentials: { url },
  verbose: process.env.NODE_ENV !== "production",
} satisfies Config;
