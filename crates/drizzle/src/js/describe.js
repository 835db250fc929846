// Asks the project's own drizzle-orm what its schema files built, and writes the answers down as plain data.
// Names and default texts are those that the drizzle-kit of the installed generation gives them; `recent` is 1.0.
import * as orm from "drizzle-orm";
import * as pg from "drizzle-orm/pg-core";

const lockkeeper = __lockkeeper;
const { native, isStandIn, standInPath, standInSource, standInKind, setup } = lockkeeper;
const { is, SQL } = orm;
const { recent } = setup;
const SENTINEL = /\uE000(?:other )?([^\uE001]*)\uE001?/;

const namespaces = [];
for (const file of setup.files) namespaces.push([file, await import(file)]);

// ---- values of stand-ins are refused wherever they are met -------------------------------------------------

class Refusal {
  constructor(about) {
    this.about = about;
  }
}
let current = "";
// What bears that name, so that an error far from it can say where it is declared.
let subject = null;
const refuse = (part, path, module) => {
  throw new Refusal({ object: current, part, path, module });
};
// Where nothing is stood in for, nothing has to be looked for.
const clean = !lockkeeper.hasStandIns();
const checked = clean
  ? (value) => value
  : (value, part) => {
      if (isStandIn(value)) refuse(part, standInPath(value), standInSource(value));
      return value;
    };
const text = clean
  ? (value) => String(value)
  : (value, part) => {
      const found = SENTINEL.exec(String(checked(value, part)));
      if (found) refuse(part, found[1], lockkeeper.sourceOfPath(found[1]).slice("package:".length));
      return String(value);
    };
const optional = (value, part) => (value === undefined || value === null ? null : text(value, part));
const truth = (value, part) => Boolean(checked(value, part));
const list = (values, part) => Array.from(checked(values, part), (value) => checked(value, part));
const number = (value, part) => {
  const written = text(value, part);
  if (!/^[+-]?\d+$/.test(written)) throw new Error(`${part} is ${written}, which is not a whole number`);
  return written;
};

// ---- SQL ----------------------------------------------------------------------------------------------------

const dialect = new pg.PgDialect({ casing: setup.casing ?? undefined });
const casingOf = recent ? dialect.casing : undefined;
const convert = setup.casing && !recent ? (await import("drizzle-orm/casing"))[setup.casing === "camelCase" ? "toCamelCase" : "toSnakeCase"] : undefined;
const nameOf = (column) => {
  if (column.keyAsName && convert) return text(convert(column.name), "a column's name");
  if (casingOf && column.keyAsName && is(column, orm.Column)) return text(casingOf.getColumnCasing(column), "a column's name");
  return text(column.name, "a column's name");
};

const findStandIn = (chunk, part, seen = new Set()) => {
  checked(chunk, part);
  if (chunk === null || typeof chunk !== "object" || seen.has(chunk)) return;
  seen.add(chunk);
  if (Array.isArray(chunk)) chunk.forEach((each) => findStandIn(each, part, seen));
  else if (is(chunk, SQL)) chunk.queryChunks.forEach((each) => findStandIn(each, part, seen));
  else if (is(chunk, orm.Param)) findStandIn(chunk.value, part, seen);
};
const sqlText = (sql, part, source) => {
  if (!clean) findStandIn(sql, part);
  const chunks = sql.queryChunks;
  // Most SQL is plain text.
  if (chunks?.length === 1 && is(chunks[0], orm.StringChunk)) return text([].concat(chunks[0].value).join(""), part);
  const whole = is(sql, SQL) ? sql : orm.sql`${sql}`;
  return text(dialect.sqlToQuery(whole.inlineParams(), source).sql, part);
};

// ---- columns --------------------------------------------------------------------------------------------------

const baseOf = (column) => {
  while (column.baseColumn) column = column.baseColumn;
  return column;
};
const isEnum = (column) => Boolean(pg.isPgEnum?.(baseOf(column).enum));
// Types are written down once and referred to by number: a schema has few.
const types = [];
const typeNumbers = new Map();
const enums = new Set();
const typeNumber = (column) => {
  const whole = text(column.getSQLType(), "a column's type");
  const base = baseOf(column);
  const made = pg.isPgEnum?.(base.enum) ? base.enum : null;
  // In 0.x the property is the length of a vector or bit string.
  const dimensions = recent && typeof column.dimensions === "number" ? column.dimensions : 0;
  const custom = base.columnType === "PgCustomColumn";
  const key = made ?? (custom ? "custom " : "") + whole;
  const known = typeNumbers.get(key)?.find((number) => types[number].whole === whole && types[number].declared === dimensions);
  return known ?? newType(key, { whole, made, declared: dimensions, custom });
};
const newType = (key, { whole, made, declared, custom }) => {
  if (made) enums.add(made);
  const suffix = whole.endsWith("]") ? /(\s*\[\d*\])+$/.exec(whole)[0] : "";
  const type = {
    text: whole.slice(0, whole.length - suffix.length),
    dimensions: Math.max(declared, suffix.split("[").length - 1),
    enum: made && { schema: optional(made.schema, "an enum's schema"), name: text(made.enumName, "an enum's name") },
    custom, whole, declared,
  };
  typeNumbers.set(key, [...(typeNumbers.get(key) ?? []), types.length]);
  return types.push(type) - 1;
};

const quoted = (value) => `'${value.replaceAll("'", "''")}'`;
const arrayItem = (value, type) => {
  if (value === null) return "null";
  if (Array.isArray(value)) return arrayText(value, type);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return String(value);
  const written = value instanceof Date ? dateText(value, type) : typeof value === "object" ? JSON.stringify(value) : String(value);
  return `"${written.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
};
const arrayText = (values, type) => `{${values.map((value) => arrayItem(checked(value, "a default"), type)).join(",")}}`;
const dateText = (date, type) => {
  const written = date.toISOString();
  if (type === "date") return written.split("T")[0];
  if (!recent) return type === "timestamp" ? written.replace("T", " ").slice(0, 23) : written;
  if (/^timestamp ?(\(\d+\))?$/.test(type)) return written.replace("T", " ").slice(0, 23);
  return /^timestamp.*with time zone$/.test(type) ? written.replace("T", " ").replace("Z", "+00") : written;
};
const needsZone = (type, value) => recent && /^time.* with time zone$/.test(type) && !/(Z|[+-]\d\d(:?\d\d)?)$/i.test(value.trim());
const hasGeometry = (column) => ["PgPointTuple", "PgPointObject", "PgLine", "PgLineABC", "PgGeometry", "PgGeometryObject"].includes(baseOf(column).columnType);
const isVector = (type) => /^(vector|halfvec|sparsevec)/.test(type);
const driverItem = (column, value) => {
  const base = baseOf(column);
  return Array.isArray(value) && !isVector(base.getSQLType()) && !(hasGeometry(column) && typeof value[0] === "number")
    ? value.map((each) => driverItem(column, each))
    : base.mapToDriverValue(value);
};

// A default that is a value rather than SQL, as SQL.
const valueText = (column, value, { text: base, dimensions, custom }) => {
  const type = base.toLowerCase();
  if (dimensions > 0 && Array.isArray(value)) {
    const items = hasGeometry(column) || isVector(type) ? driverItem(column, value) : value;
    return quoted(arrayText(items, type));
  }
  if (typeof value === "string") {
    if (needsZone(type, value)) return quoted(value + "+00");
    return quoted(recent && /^(char|varchar|character varying|text)/.test(type) && !isEnum(column) ? value.replaceAll("\\", "\\\\") : value);
  }
  if (type === "json" || type === "jsonb") return `${quoted(JSON.stringify(value))}${recent ? "" : "::" + type}`;
  if (value instanceof Date) return quoted(dateText(value, type));
  if (typeof value === "number" || typeof value === "bigint") return recent && /^(numeric|decimal)/.test(type) ? quoted(String(value)) : String(value);
  if (typeof value === "boolean") return String(value);
  const driven = custom || hasGeometry(column) || isVector(type) ? driverItem(column, value) : value;
  if (is(driven, SQL)) return sqlText(driven, "a default");
  return quoted(text(typeof driven === "object" ? JSON.stringify(driven) : driven, "a default"));
};
const CASTS = /(::["\w.\s-]+(?:\([^)]*\))?(?:\swith(?:out)?\stime\szone)?(?:\[\])?)+$/gi;
const recentDefault = (written, type) => {
  const bare = (written.endsWith("[]") ? written.slice(0, -2) : written).replace(CASTS, "");
  const array = type.dimensions > 0 ? "[]" : "";
  if (!type.enum) return array ? `${bare}::${type.text}${array}` : bare;
  const name = [type.enum.schema, type.enum.name].filter((part) => part && part !== "public");
  return `${bare}::${name.map((part) => `"${part.replaceAll('"', '""')}"`).join(".")}${array}`;
};
const defaultOf = (column, type) => {
  const value = checked(column.default, "a default");
  if (value === undefined || (recent && value === null)) return null;
  if (value === null) return "null";
  if (is(value, SQL)) {
    const written = sqlText(value, "a default");
    return recent ? recentDefault(written, type) : written;
  }
  if (Array.isArray(value)) findStandIn(value, "a default");
  const written = text(valueText(column, value, type), "a default");
  return recent && (type.enum || type.dimensions > 0) ? recentDefault(written, type) : written;
};

const RANGES = { smallint: ["-32768", "32767"], integer: ["-2147483648", "2147483647"], bigint: ["-9223372036854775808", "9223372036854775807"] };
const describeSequence = (options, lowest, highest) => {
  const given = (key) => (options?.[key] === undefined || options[key] === null ? null : number(options[key], "a sequence's " + key));
  const increment = given("increment") ?? "1";
  const down = increment.startsWith("-");
  const min = given("minValue") ?? (down ? lowest : "1");
  const max = given("maxValue") ?? (down ? "-1" : highest);
  return { increment, min, max, start: given("startWith") ?? (down ? max : min), cache: given("cache") ?? "1", cycle: truth(options?.cycle, "a sequence's cycle") };
};
const describeIdentity = (column, table, name) => {
  const identity = checked(column.generatedIdentity, "an identity");
  // drizzle-kit looks the lower bound up under the wrong name and so always takes smallint's.
  const [, highest] = RANGES[column.getSQLType()] ?? RANGES.smallint;
  return {
    always: text(identity.type, "an identity") === "always",
    name: optional(identity.sequenceName ?? identity.sequenceOptions?.name, "a sequence's name") ?? `${table}_${name}_seq`,
    ...describeSequence(identity.sequenceOptions, RANGES.smallint[0], highest),
  };
};
const describeGenerated = (column) => {
  const generated = checked(column.generated, "a generated column");
  const as = typeof checked(generated.as, "a generated column") === "function" ? generated.as() : generated.as;
  return is(as, SQL) ? sqlText(as, "a generated column") : text(as, "a generated column");
};
const describeUnique = (column, table, name) => {
  const generated = recent && !column.isNameExplicit && column.uniqueName === `${table}_${name}_unique`;
  return { name: generated ? null : optional(column.uniqueName, "a constraint's name"), nullsNotDistinct: column.uniqueType === "not distinct" };
};
// Only what a column has is written down: most have little.
const describeColumn = (column, key, table) => {
  checked(column, "a column");
  const name = nameOf(column);
  const type = typeNumber(column);
  const described = { key, name, type };
  if (truth(column.notNull, "a column")) described.notNull = true;
  if (truth(column.primary, "a column")) described.primary = true;
  if (truth(column.isUnique, "a column")) described.unique = describeUnique(column, table, name);
  if (column.default !== undefined) described.default = defaultOf(column, types[type]);
  if (column.generated) described.generated = describeGenerated(column);
  if (column.generatedIdentity) described.identity = describeIdentity(column, table, name);
  return described;
};

// ---- tables ---------------------------------------------------------------------------------------------------

const replaceNames = (name, columns) => {
  if (!convert) return name;
  for (const column of columns) name = name.replace(column.name, nameOf(column));
  return name;
};
const shortHash = (input) => {
  const digits = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const all = 62n ** 12n;
  let power = 1n;
  let sum = 0n;
  for (const char of input) {
    sum = (sum + BigInt(char.codePointAt(0)) * power) % all;
    power = (power * 53n) % all;
  }
  let out = "";
  for (let at = 0; at < 12; at++, sum /= 62n) out = digits[Number(sum % 62n)] + out;
  return out;
};
const foreignKeyName = (key, table, reference, foreign) => {
  const given = reference.name ?? key.name;
  if (!recent || given) return replaceNames(text(key.getName(), "a foreign key's name"), [...reference.columns, ...reference.foreignColumns]);
  const wanted = `${table}_${reference.columns.map(nameOf).join("_")}_${foreign}_${reference.foreignColumns.map(nameOf).join("_")}_fkey`;
  if (wanted.length <= 63) return wanted;
  return table.length < 45 ? `${table}_${shortHash(wanted)}_fkey` : `${shortHash(wanted)}_fkey`;
};
const describeForeignKey = (key, table) => {
  const reference = checked(key.reference(), "a foreign key");
  const columns = list(reference.columns, "a foreign key");
  const foreignColumns = list(reference.foreignColumns, "a foreign key");
  const foreign = checked(reference.foreignTable, "a foreign key");
  const name = text(foreign[orm.Table.Symbol.Name], "a foreign key");
  refer(foreign);
  return {
    name: foreignKeyName(key, table, reference, name),
    columns: columns.map(nameOf),
    foreign: { schema: optional(foreign[orm.Table.Symbol.Schema], "a foreign key"), name },
    foreignColumns: foreignColumns.map(nameOf),
    onDelete: optional(key.onDelete, "a foreign key's action"),
    onUpdate: optional(key.onUpdate, "a foreign key's action"),
  };
};
const describeIndexPart = (part) => {
  checked(part, "an index");
  if (is(part, SQL)) return { expression: sqlText(part, "an index", "indexes"), column: null, order: null, nulls: null, opclass: null };
  const config = part.indexConfig ?? {};
  return {
    expression: null, column: nameOf(part), order: optional(config.order, "an index"), nulls: optional(config.nulls, "an index"),
    opclass: optional(config.opClass, "an index's operator class"),
  };
};
// Before 0.31 the method is SQL.
const indexMethod = ({ method, using }) => (is(using, SQL) ? sqlText(using, "an index's method") : optional(method ?? using, "an index's method"));
const describeIndex = (index, table) => {
  const { config } = index;
  const parts = list(config.columns, "an index").map(describeIndexPart);
  if (!config.name && parts.some((part) => part.expression !== null)) {
    throw new Error(`an index on an expression (${parts.find((part) => part.expression).expression}) needs a name`);
  }
  return {
    name: optional(config.name, "an index's name") ?? `${table}_${parts.map((part) => part.column).join("_")}_index`,
    unique: truth(config.unique, "an index"), concurrently: truth(config.concurrently, "an index"), method: indexMethod(config),
    parts, order: optional(config.order, "an index"), nulls: optional(config.nulls, "an index"),
    with: Object.entries(checked(config.with, "an index") ?? {}).map(([key, value]) => [key, text(value, "an index's option")]),
    where: config.where ? sqlText(config.where, "an index's condition", recent ? "indexes" : undefined) : null,
  };
};
const roleName = (role) => {
  checked(role, "a policy's role");
  if (typeof role === "string") return text(role, "a policy's role");
  if (!pg.PgRole || !is(role, pg.PgRole)) return null;
  return text(role.name, "a policy's role");
};
const describePolicy = (policy) => {
  const to = checked(policy.to, "a policy's role");
  const roles = !to ? ["public"] : (Array.isArray(to) ? to : [to]).map(roleName).filter((name) => name !== null);
  const condition = (sql) => (is(checked(sql, "a policy"), SQL) ? sqlText(sql, "a policy") : null);
  return {
    name: text(policy.name, "a policy's name"), as: optional(policy.as, "a policy"), for: optional(policy.for, "a policy"), roles: roles.sort(),
    using: condition(policy.using), withCheck: condition(policy.withCheck),
  };
};
const NO_CONSTRAINTS = { primaryKeys: [], uniques: [], checks: [], indexes: [], foreignKeys: [], policies: [] };
const describeConstraints = (config, name) => ({
  primaryKeys: config.primaryKeys.map((key) => ({
    name: recent ? optional(key.name, "a primary key's name") : replaceNames(text(key.getName(), "a primary key's name"), key.columns),
    columns: list(key.columns, "a primary key").map(nameOf),
  })),
  uniques: (config.uniqueConstraints ?? []).map((unique) => ({
    name: recent && unique.isNameExplicit === false && unique.columns.length === 1 ? null : text(unique.name ?? unique.getName(), "a constraint's name"),
    columns: list(unique.columns, "a constraint").map(nameOf), nullsNotDistinct: truth(unique.nullsNotDistinct, "a constraint"),
  })),
  checks: (config.checks ?? []).map((check) => ({ name: text(check.name, "a check's name"), sql: sqlText(check.value, `the check ${check.name}`, recent ? "indexes" : undefined) })),
  indexes: config.indexes.map((index) => describeIndex(index, name)),
  foreignKeys: config.foreignKeys.map((key) => describeForeignKey(key, name)),
  policies: (config.policies ?? []).map(describePolicy),
});
// drizzle-orm passes over extras it does not know, and so over a stand-in's.
const checkExtras = (table) => {
  const build = table[Symbol.for("drizzle:ExtraConfigBuilder")];
  if (clean || !build) return;
  const extras = checked(build(table[Symbol.for("drizzle:ExtraConfigColumns")]), "an extra");
  for (const extra of Array.isArray(extras) ? extras.flat(1) : Object.values(extras ?? {})) checked(extra, "an extra");
};
// A table that is only referred to is described by its columns alone.
const describeTable = (table, whole = true) => {
  subject = table;
  current = `${String(table[orm.Table.Symbol.Schema] ?? "public")}.${String(table[orm.Table.Symbol.Name])}`;
  const config = pg.getTableConfig(table);
  const name = text(config.name, "a table's name");
  const schema = optional(config.schema, "a table's schema");
  current = `${schema ?? "public"}.${name}`;
  checkExtras(table);
  const keys = new Map(Object.entries(table[orm.Table.Symbol.Columns]).map(([key, column]) => [column, key]));
  return {
    schema, name,
    columns: config.columns.map((column) => describeColumn(column, keys.get(column) ?? column?.name, name)),
    ...(whole ? describeConstraints(config, name) : NO_CONSTRAINTS),
    rowSecurity: truth(config.enableRLS, "row security"),
  };
};

// ---- views ----------------------------------------------------------------------------------------------------

const viewOptions = (config) => {
  const given = Object.entries(checked(config.with, "a view") ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const options = given.map(([key, value]) => [key, text(value, "a view's option")]);
  return recent ? options.sort(([a], [b]) => (a < b ? -1 : 1)) : options;
};
const isMaterialized = (value) => Boolean(pg.PgMaterializedView && is(value, pg.PgMaterializedView));
const describeView = (view) => {
  subject = view;
  current = "";
  const materialized = isMaterialized(view);
  const config = materialized ? pg.getMaterializedViewConfig(view) : pg.getViewConfig(view);
  const name = text(config.name, "a view's name");
  const schema = optional(config.schema, "a view's schema");
  current = `${schema ?? "public"}.${name}`;
  const fields = Object.entries(config.selectedFields ?? {}).filter(([, field]) => is(field, orm.Column));
  return {
    schema, name, materialized, existing: truth(config.isExisting, "a view"),
    columns: fields.map(([key, column]) => ({ key, name: nameOf(column), type: typeNumber(column) })),
    query: config.isExisting ? null : sqlText(config.query, "the view's query"),
    with: viewOptions(config),
    using: optional(config.using, "a view"), tablespace: optional(config.tablespace, "a view"), withNoData: truth(config.withNoData, "a view"),
  };
};

// ---- the whole ------------------------------------------------------------------------------------------------

const kinds = { tables: new Set(), views: new Set(), enums: new Set(), schemas: new Set(), sequences: new Set(), roles: new Set(), policies: new Set() };
const referred = new Set();
const refer = (table) => {
  if (!kinds.tables.has(table)) referred.add(table);
};
const isTable = (value) => is(value, pg.PgTable);
const sort = (value) => {
  if (pg.isPgEnum?.(value)) return kinds.enums.add(value);
  if (isTable(value)) kinds.tables.add(value);
  if (is(value, pg.PgSchema)) kinds.schemas.add(value);
  if (is(value, pg.PgView) || isMaterialized(value)) kinds.views.add(value);
  if (pg.isPgSequence?.(value)) kinds.sequences.add(value);
  if (pg.PgRole && is(value, pg.PgRole)) kinds.roles.add(value);
  if (pg.PgPolicy && is(value, pg.PgPolicy)) kinds.policies.add(value);
};
const passedOver = [];
const take = (file, name, value) => {
  if (isStandIn(value)) {
    current = "";
    if (standInKind(value) !== "call") refuse(`the export ${name} of ${file}`, standInPath(value), standInSource(value));
    passedOver.push(`${name} (${standInPath(value)})`);
  } else if (value !== null && (typeof value === "object" || typeof value === "function") && Object.getPrototypeOf(value) !== null) {
    // Drizzle's own checks do not bear what has no prototype: what `export * as` makes.
    sort(value);
  }
};

const describeEnum = (made) => ({
  schema: optional(made.schema, "an enum's schema"), name: ((current = String(made.enumName)), text(made.enumName, "an enum's name")),
  values: list(made.enumValues, "an enum's values").map((value) => text(value, "an enum's values")),
});
const describeRole = (role) => {
  subject = null;
  current = `role ${String(role.name)}`;
  const flag = (key) => (role[key] === undefined ? null : truth(role[key], "a role"));
  return { name: text(role.name, "a role's name"), existing: truth(role._existing, "a role"), createDb: flag("createDb"), createRole: flag("createRole"), inherit: flag("inherit") };
};
const describeStandaloneSequence = (sequence) => {
  subject = sequence;
  current = String(sequence.seqName);
  const [lowest, highest] = RANGES.bigint;
  return { schema: optional(sequence.schema, "a sequence's schema"), name: text(sequence.seqName, "a sequence's name"), ...describeSequence(sequence.seqOptions, lowest, highest) };
};
const describeLinked = (policy) => {
  const table = policy._linkedTable;
  if (!table) return { table: null, policy: describePolicy(policy) };
  refer(table);
  return { table: { schema: optional(table[orm.Table.Symbol.Schema], "a policy"), name: text(table[orm.Table.Symbol.Name], "a policy") }, policy: describePolicy(policy) };
};

const origins = async (objects) => {
  const found = objects.map(() => []);
  const at = new Map(objects.map((object, index) => [object, index]));
  for (const file of JSON.parse(native.projectModules())) {
    for (const [name, value] of Object.entries(await import(file))) {
      if (at.has(value)) found[at.get(value)].push([file, name]);
    }
  }
  return found;
};
const withOrigins = (described, objects, places) => described.map((each, index) => ({ ...each, origins: places[objects + index] }));

const describeAll = async () => {
  for (const [file, namespace] of namespaces) {
    for (const [name, value] of Object.entries(namespace)) take(file, name, value);
  }
  const objects = [...kinds.tables, ...kinds.views, ...kinds.enums, ...kinds.sequences];
  const places = await origins(objects);
  const tables = withOrigins([...kinds.tables].map((table) => describeTable(table)), 0, places);
  const views = withOrigins([...kinds.views].map(describeView), kinds.tables.size, places);
  const linked = [...kinds.policies].map(describeLinked);
  const outside = [];
  for (const table of referred) if (!kinds.tables.has(table)) outside.push({ ...describeTable(table, false), origins: [] });
  const before = kinds.tables.size + kinds.views.size;
  return {
    tables, views, linked, outside, passedOver,
    enums: withOrigins([...kinds.enums].map(describeEnum), before, places),
    hiddenEnums: [...enums].filter((made) => !kinds.enums.has(made)).map((made) => ({ ...describeEnum(made), origins: [] })),
    sequences: withOrigins([...kinds.sequences].map(describeStandaloneSequence), before + kinds.enums.size, places),
    schemas: [...kinds.schemas].map((schema) => ({ name: text(schema.schemaName, "a schema's name"), existing: truth(schema.isExisting, "a schema") })),
    roles: [...kinds.roles].map(describeRole),
    types: types.map(({ text, dimensions, enum: made, custom }) => ({ text, dimensions, enum: made, custom })),
  };
};

export default async () => {
  try {
    return JSON.stringify({ described: await describeAll() });
  } catch (error) {
    if (error instanceof Refusal) return JSON.stringify({ refused: error.about });
    if (error instanceof Error) {
      error.lockkeeperObject = current;
      if (subject) error.lockkeeperOrigins = JSON.stringify((await origins([subject]))[0]);
    }
    throw error;
  }
};
