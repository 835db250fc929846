const { Pool } = require("pg");
const knex = require("knex")({ client: "pg" });
const { customers, ...rest } = require("../db");
const pool = new Pool();

async function export_() {
  const { rows } = await pool.query("SELECT id, phone FROM customers WHERE created_at < now()"); // USE customers.phone customers.created_at
  await pool.query({ text: "UPDATE suppliers SET phone = $1", values: [null] });
  await pool.query(
    "INSERT INTO orders (customer_id, note) " + // USE orders.note
      "VALUES ($1, $2)",
    [1, "note"],
  );
  for (const row of rows) console.log("phone of customers:", row.id);
  return rows;
}

async function withKnex(id) {
  await knex("customers").where({ id }).select("email", "phone"); // USE customers.phone
  await knex("suppliers").where({ id }).select("phone");
  await knex.select("o.note", "s.phone").from("orders as o").join("suppliers as s", "s.id", "o.id"); // USE orders.note
  await knex("customers").insert({ email: "a@b", phone: "1" }); // USE customers.phone
  await knex("customers").whereNull("phone").orderBy("customers.created_at", "desc"); // USE customers.phone customers.created_at
  await knex.raw("select max(placed_at) from orders"); // USE orders.placed_at
}

async function withPrisma(prisma, kysely) {
  await prisma.$queryRaw`SELECT phone FROM customers WHERE id = ${1}`; // USE customers.phone
  await prisma.$executeRawUnsafe("DELETE FROM orders WHERE note IS NULL"); // USE orders.note
  return kysely
    .selectFrom("customers as c")
    .innerJoin("orders", "orders.customer_id", "c.id")
    .select(["c.id", "c.phone"]) // USE customers.phone
    .where("note", "is not", null) // USE orders.note
    .execute();
}

const columns = ["phone", "note"];
const labels = { phone: "Telephone", note: "Note" };
module.exports = { export_, withKnex, withPrisma, columns, labels, first: () => customers["phone"], rest }; // USE customers.phone
