// Says in SQL what drizzle-kit makes of schema files, many in one process.
//   node export.cjs GENERATION_FOLDER CORPUS_FOLDER NAME...
// Answers one line of JSON: {NAME: {"sql": [statement, …], "snapshot": …} or {"error": message}}.
const path = require("node:path");
const { createRequire } = require("node:module");

const [generation, corpus, ...names] = process.argv.slice(2);
const required = createRequire(path.resolve(generation, "package.json"));
required("tsx/cjs/api").register();

const kit = path.basename(generation) === "zero" ? required("drizzle-kit/api") : required("drizzle-kit/api-postgres");

const casings = { casing_snake: "snake_case", casing_camel: "camelCase", saas: "snake_case" };

const statements = async (name) => {
  // The command line counts an object once that is exported twice; these functions do not.
  const loaded = Object.fromEntries([...new Set(Object.values(require(path.resolve(corpus, name, "schema"))))].entries());
  const empty = await kit.generateDrizzleJson({});
  const wanted = await kit.generateDrizzleJson(loaded, undefined, undefined, casings[name]);
  return { snapshot: wanted, migration: await kit.generateMigration(empty, wanted) };
};

(async () => {
  const answers = {};
  let said = "";
  console.log = console.warn = (text) => (said = String(text));
  process.exit = () => { throw new Error(said); };
  for (const name of names) {
    try {
      const { snapshot, migration } = await statements(name);
      const sql = migration.flatMap((text) => text.split("--> statement-breakpoint"));
      answers[name] = { sql: sql.map((text) => text.trim()).filter(Boolean), snapshot };
    } catch (error) {
      answers[name] = { error: String(error && error.stack ? error.stack : error) };
    }
  }
  process.stdout.write(JSON.stringify(answers) + "\n");
})();
