import { alias } from "drizzle-orm/pg-core";
import { and, eq, getTableColumns, sql } from "drizzle-orm";
import * as schema from "./db/schema";
import { funds, positions, users } from "./db/schema.js";
import { db } from "./db";

export async function list(name: string) {
  const old = alias(funds, "old");
  await db.select({ n: funds.name }).from(funds); // USE funds.name
  await db.select().from(positions).where(eq(positions.name, name));
  await db.select().from(users).where(eq(users.name, name));
  await db.select().from(schema.funds).where(eq(schema.funds.name, name)); // USE funds.name
  await db.select().from(old).orderBy(old["name"]); // USE funds.name
  const { name: fundName, ...rest } = getTableColumns(funds); // USE funds.name
  await db.insert(funds).values({ name, vintage: 1 }).onConflictDoUpdate({ target: funds.id, set: { name } }); // USE funds.name funds.vintage_year
  await db.insert(positions).values([{ name }]);
  await db.update(funds).set({ name: "x" }).where(eq(funds.id, 1)); // USE funds.name
  await db.insert(funds).values(
    [1, 2].map((n) => ({
      name: String(n), // USE funds.name
    })),
  );
  return [fundName, rest, and()];
}

export async function shadowed(funds: { name: string }) {
  return funds.name;
}

export async function relational() {
  await db.query.funds.findMany({
    columns: { name: true }, // USE funds.name
    where: (fund, { eq }) => eq(fund.vintage, 2020), // USE funds.vintage_year
    with: {
      positions: { columns: { name: true } },
    },
  });
  await db.query.positions.findFirst({
    columns: { name: true },
    with: { fund: { columns: { name: true } } }, // USE funds.name
  });
}

export async function raw(pool: any) {
  await db.execute(sql`select vintage_year from ${funds}`); // USE funds.vintage_year
  await db.execute(sql`select f.name from funds f join positions p on p.fund_id = f.id`); // USE funds.name
  await db.execute(sql`select p.name from funds f join positions p on p.fund_id = f.id`);
  await db.execute(sql`select name from positions`);
  await db.select({ y: sql<number>`coalesce(vintage_year, 0)` }).from(funds); // USE funds.vintage_year
  await pool.query("SELECT id, " + "vintage_year FROM public.funds"); // USE funds.vintage_year
  await pool.query(`UPDATE funds
    SET vintage_year = $1
    WHERE id = $2`); // ABOVE funds.vintage_year
  console.log("the vintage_year of funds is selected from a list");
  const name = "name";
  return { name, vintage_year: sql.raw("vintage_year") }; // USE funds.vintage_year
}
