// Says in SQL what drizzle-kit makes of schema files, many in one process.
//   node export.cjs GENERATION_FOLDER CORPUS_FOLDER NAME...
// Answers one line of JSON: {NAME: {"sql": [statement, …]} or {"error": message}}.
const path = require("node:path");
const { createRequire } = require("node:module");

const [generation, corpus, ...names] = process.argv.slice(2);
const required = createRequire(path.resolve(generation, "package.json"));
required("tsx/cjs/api").register();

const kit = path.basename(generation) === "zero" ? required("drizzle-kit/api") : required("drizzle-kit/api-postgres");

const casings = { casing_snake: "snake_case", casing_camel: "camelCase" };

const statements = async (name) => {
  // The command line counts an object once that is exported twice; these functions do not.
  const loaded = Object.fromEntries([...new Set(Object.values(require(path.resolve(corpus, name, "schema"))))].entries());
  const empty = await kit.generateDrizzleJson({});
  const wanted = await kit.generateDrizzleJson(loaded, undefined, undefined, casings[name]);
  return kit.generateMigration(empty, wanted);
};

(async () => {
  const answers = {};
  let said = "";
  console.log = console.warn = (text) => (said = String(text));
  process.exit = () => { throw new Error(said); };
  for (const name of names) {
    try {
      const sql = (await statements(name)).flatMap((text) => text.split("--> statement-breakpoint"));
      answers[name] = { sql: sql.map((text) => text.trim()).filter(Boolean) };
    } catch (error) {
      answers[name] = { error: String(error && error.stack ? error.stack : error) };
    }
  }
  process.stdout.write(JSON.stringify(answers) + "\n");
})();
