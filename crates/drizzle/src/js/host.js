// The machinery behind the project's code: require, stand-ins, answers for what the sandbox has not.
// `native` is the host's part; `setup` says what this evaluation is to answer differently from the first one.
(function (native, setup) {
  "use strict";

  // ---- what is answered instead of known -------------------------------------------------------------

  // Plain objects: decisions.js wraps the look-ups of lists, sets and maps.
  const vary = Object.fromEntries(setup.vary.map((source) => [source, true]));
  const varied = (source) => vary[source] === true;
  const seen = Object.create(null);
  const saw = (kind, name) => {
    if (seen[kind + " " + name]) return;
    seen[kind + " " + name] = true;
    native.saw(kind, name, new Error().stack);
  };

  const standIns = new WeakMap();
  const isStandIn = (value) =>
    value !== null && (typeof value === "object" || typeof value === "function") && standIns.has(value);
  const standInPath = (value) => standIns.get(value)?.path;

  const modules = new Map();
  const sourceOfPath = (path) => "package:" + ([...modules.keys()].filter((name) => path.indexOf(name) === 0).sort().at(-1) ?? "");
  const standInModule = (name) => {
    if (!modules.get(name)) modules.set(name, standIn(name, name));
    return modules.get(name);
  };

  const isColumnBuilder = (value) => {
    const kind = value?.constructor?.[Symbol.for("drizzle:entityKind")];
    return typeof kind === "string" && (kind.includes("Builder") || kind.includes("Column"));
  };
  const holdsColumns = (value) =>
    value !== null && typeof value === "object" && !isStandIn(value) && Object.values(value).some(isColumnBuilder);

  // A value of a module that is not there. Anything may be done with it; whatever becomes text, a number, a list
  // or a decision is told to the host, and comes out differently when the host asks for variation.
  function standIn(module, path, made) {
    const source = "package:" + module;
    const target = function () {};
    const members = new Map();
    const member = (key) => {
      if (!members.get(key)) members.set(key, standIn(module, `${path}.${key}`, made));
      return members.get(key);
    };
    const text = () => (saw("text", path), varied(source) ? `\uE000other ${path}\uE001` : `\uE000${path}\uE001`);
    const number = () => (saw("number", path), varied(source) ? 40963 : 40961);
    const items = () => {
      saw("list", path);
      return [0, 1, 2].slice(varied(source) ? 1 : 0).map((at) => member(at));
    };
    const call = (args) => {
      const columns = made === "columns" || args.some(holdsColumns) ? "columns" : "call";
      return standIn(module, `${path}()`, columns);
    };
    const fixed = {
      then: undefined, getSQL: undefined, toJSON: text, toString: text, toLocaleString: text, valueOf: number,
      call: (_this, ...args) => call(args), apply: (_this, args) => call(args ?? []), bind: () => proxy,
      [Symbol.toPrimitive]: (hint) => (hint === "number" ? number() : text()),
      [Symbol.iterator]: () => items()[Symbol.iterator](),
      [Symbol.asyncIterator]: async function* () { yield* items(); },
      prototype: target.prototype,
    };
    const proxy = new Proxy(target, {
      get: (_, key) => (Object.hasOwn(fixed, key) ? fixed[key] : typeof key === "symbol" ? undefined : member(key)),
      has: (_, key) => key === "prototype" || (saw("decision", path), true),
      set: () => true,
      deleteProperty: () => true,
      apply: (_, _this, args) => call(args),
      construct: (_, args) => call(args),
      ownKeys: () => (saw("list", path), varied(source) ? ["prototype", "other"] : ["prototype"]),
      getOwnPropertyDescriptor: (_, key) =>
        key === "prototype"
          ? Reflect.getOwnPropertyDescriptor(target, key)
          : { value: member(key), configurable: true, enumerable: true, writable: true },
    });
    standIns.set(proxy, { path, module, made: made ?? "member" });
    return proxy;
  }

  // ---- the environment ---------------------------------------------------------------------------------

  const placeholders = new Map();
  const placeholder = (name, other) => {
    const word = name.toLowerCase().replace(/_/g, "-");
    const host = other ? "elsewhere.invalid" : "placeholder.invalid";
    if (name === "NODE_ENV") return other ? "production" : "development";
    if (/PORT$/.test(name)) return other ? "65011" : "65001";
    if (/(URL|URI|DSN|ENDPOINT|ORIGIN)/.test(name)) {
      const scheme = /(DATABASE|POSTGRES|PG|DB|DSN)/.test(name) ? "postgres://someone:something@" : "https://";
      return `${scheme}${host}${scheme.startsWith("p") ? ":5432" : ""}/${word}`;
    }
    if (/EMAIL/.test(name)) return `${word}@${host}`;
    return `${other ? "elsewhere" : "placeholder"}-${word}-0123456789abcdef0123456789abcdef`;
  };
  const environment = new Proxy({}, {
    get(given, key) {
      if (typeof key !== "string") return undefined;
      if (Object.hasOwn(given, key)) return given[key];
      if (Object.hasOwn(setup.environment, key)) return setup.environment[key] ?? undefined;
      if (key === "toJSON" || key === "then" || key === "constructor") return undefined;
      saw("environment", key);
      const answer = placeholder(key, varied("environment:" + key));
      placeholders.set(answer, { name: key, first: placeholder(key, false) });
      return answer;
    },
    has(given, key) {
      if (Object.hasOwn(given, key)) return true;
      if (Object.hasOwn(setup.environment, key)) return setup.environment[key] !== null;
      if (typeof key === "string") saw("environment", key);
      return !varied("environment:" + String(key));
    },
    set: (given, key, value) => ((given[key] = String(value)), true),
    ownKeys: (given) => [...new Set([...Object.keys(setup.environment), ...Object.keys(given)])],
    getOwnPropertyDescriptor(given, key) {
      const known = Object.hasOwn(given, key) || Object.hasOwn(setup.environment, key);
      return known ? { value: environment[key], configurable: true, enumerable: true, writable: true } : undefined;
    },
  });

  // ---- CommonJS ----------------------------------------------------------------------------------------

  const cache = new Map();
  const builtins = new Map();
  const builtin = (name) => {
    if (!builtins.get(name)) {
      const make = native.builtin(name);
      if (!make) return (saw("builtin", "node:" + name), standInModule("node:" + name));
      const module = { exports: {} };
      builtins.set(name, module);
      make(module, module.exports, builtin, lockkeeper, name);
    }
    return builtins.get(name).exports;
  };
  const notFound = (specifier, from) => {
    const error = new Error(`Cannot find module '${specifier}'\nRequire stack:\n- ${from}`);
    error.code = "MODULE_NOT_FOUND";
    return error;
  };
  const load = (path) => {
    const known = cache.get(path);
    if (known) return known.exports;
    const module = { exports: {}, id: path, filename: path, loaded: false, children: [], paths: [] };
    cache.set(path, module);
    try {
      if (path.endsWith(".json")) {
        module.exports = JSON.parse(native.read(path));
      } else {
        const folder = path.slice(0, path.lastIndexOf("/"));
        native.compile(path).call(module.exports, module.exports, requireFrom(path), module, path, folder);
      }
    } catch (error) {
      cache.delete(path);
      throw error;
    }
    module.loaded = true;
    return module.exports;
  };
  const requireFrom = (from) => {
    const resolved = (specifier) => JSON.parse(native.resolve(from, String(specifier)));
    const require = (specifier) => {
      const { kind, name } = resolved(specifier);
      if (kind === "builtin") return builtin(name);
      if (kind === "standIn") return standInModule(name);
      if (kind === "absent") throw notFound(specifier, from);
      if (kind === "empty") return {};
      return load(name);
    };
    require.resolve = (specifier) => {
      const { kind, name } = resolved(specifier);
      if (kind === "absent") throw notFound(specifier, from);
      return name;
    };
    require.cache = {};
    require.main = undefined;
    return require;
  };
  const commonJsNames = (url) => {
    const __filename = url.replace(/^file:\/\//, "");
    return { require: requireFrom(__filename), __filename, __dirname: __filename.slice(0, __filename.lastIndexOf("/")) };
  };
  // What `import` sees of a CommonJS module. A package that fails while it loads is told to the host, which
  // evaluates again without it.
  const importCommonJs = (path) => {
    try {
      return load(path);
    } catch (error) {
      native.broke(path, String(error?.message ?? error), String(error?.stack ?? ""));
      throw error;
    }
  };
  const interop = (exports) => (exports?.__esModule && "default" in exports ? exports.default : exports);

  // ---- timers, on a clock of their own -------------------------------------------------------------------

  const timers = new Map();
  let timerNow = 0;
  let timerId = 0;
  const setTimer = (run, delay, every, args) => {
    const id = ++timerId;
    timers.set(id, { at: timerNow + Math.max(Number(delay) || 0, 1), run: () => run(...args), every });
    return { id, ref() { return this; }, unref() { return this; }, hasRef: () => false, [Symbol.toPrimitive]: () => id };
  };
  const clearTimer = (timer) => timers.delete(Number(timer?.id ?? timer));
  // Runs the timer that is due first; says whether there was one.
  const tick = () => {
    const due = [...timers].filter(([, timer]) => !timer.every).sort((a, b) => a[1].at - b[1].at)[0];
    if (!due) return false;
    timers.delete(due[0]);
    timerNow = due[1].at;
    due[1].run();
    return true;
  };

  const lockkeeper = {
    native, saw, varied, isStandIn, standInPath, standInModule, sourceOfPath, placeholders, environment, builtin, load, requireFrom,
    hasStandIns: () => modules.size > 0, commonJsNames, importCommonJs, interop, setTimer, clearTimer, tick,
    standInKind: (value) => standIns.get(value)?.made, standInSource: (value) => standIns.get(value)?.module,
    setup,
  };
  Object.defineProperty(globalThis, "__lockkeeper", { value: lockkeeper });
  return lockkeeper;
})
