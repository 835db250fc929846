// Evaluates a drizzle.config file and writes down what it says of the schema.
const { isStandIn, standInPath, setup } = __lockkeeper;

const KEYS = ["schema", "out", "casing", "dialect", "driver", "schemaFilter", "tablesFilter", "extensionsFilters", "entities", "migrations"];
const plain = (value, key) => {
  if (isStandIn(value)) throw new Error(`"${key}" comes from ${standInPath(value)}, which is not installed`);
  if (Array.isArray(value)) return value.map((each) => plain(each, key));
  if (value !== null && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each, key)]));
  return value;
};

export default async () => {
  const module = await import(setup.files[0]);
  let config = "default" in module ? module.default : module;
  if (config?.default && !config.schema && !config.dialect) config = config.default;
  if (typeof config === "function" && !isStandIn(config)) config = config();
  config = await config;
  if (Array.isArray(config)) config = config[0];
  if (isStandIn(config)) throw new Error(`the configuration comes from ${standInPath(config)}, which is not installed`);
  if (config === null || typeof config !== "object") throw new Error("it exports no configuration");
  return JSON.stringify({ config: Object.fromEntries(KEYS.filter((key) => config[key] !== undefined).map((key) => [key, plain(config[key], key)])) });
};
