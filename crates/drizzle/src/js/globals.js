// The globals that node has and the engine has not, and a clock and dice that do not move.
(function (lockkeeper) {
  "use strict";
  const { builtin, saw, varied, environment, standInModule, setup } = lockkeeper;
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  const defineLazily = (name, make) =>
    Object.defineProperty(globalThis, name, {
      configurable: true,
      enumerable: false,
      get: () => (define(name, undefined), (globalThis[name] = make())),
      set: (value) => define(name, value),
    });

  define("global", globalThis);
  const silent = () => {};
  const names = ["log", "info", "warn", "error", "debug", "trace", "dir", "table", "group", "groupEnd", "time", "timeEnd",
    "timeLog", "assert", "count", "groupCollapsed"];
  define("console", Object.fromEntries(names.map((name) => [name, silent])));

  define("setTimeout", (run, delay, ...args) => lockkeeper.setTimer(run, delay, false, args));
  define("setInterval", (run, delay, ...args) => lockkeeper.setTimer(run, delay, true, args));
  define("setImmediate", (run, ...args) => lockkeeper.setTimer(run, 0, false, args));
  for (const name of ["clearTimeout", "clearInterval", "clearImmediate"]) define(name, lockkeeper.clearTimer);

  // The clock stands still at an instant nobody would choose; reading it is told to the host. Local time is UTC.
  const RealDate = Date;
  const now = () => (saw("clock", "Date"), varied("clock") ? 1944740832789 : 1735689845123);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i;
  const dateOnly = /^[+-]?\d{4,6}(-\d\d(-\d\d)?)?$/;
  const parse = (text) => {
    const time = RealDate.parse(text);
    const local = !zoned.test(String(text).trim()) && !dateOnly.test(String(text).trim());
    return local && !Number.isNaN(time) ? time - new RealDate(time).getTimezoneOffset() * 60000 : time;
  };
  class FixedDate extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(now());
      else if (args.length > 1) super(RealDate.UTC(...args));
      else super(typeof args[0] === "string" ? parse(args[0]) : args[0]);
    }
    static now() { return now(); }
    static parse(text) { return parse(text); }
    getTimezoneOffset() { return 0; }
  }
  for (const part of ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds", "Milliseconds"]) {
    const get = RealDate.prototype["getUTC" + part];
    const set = RealDate.prototype["setUTC" + part];
    Object.defineProperty(FixedDate.prototype, "get" + part, { value: get, writable: true, configurable: true });
    if (set) Object.defineProperty(FixedDate.prototype, "set" + part, { value: set, writable: true, configurable: true });
  }
  const callable = new Proxy(FixedDate, { apply: () => new FixedDate().toISOString() });
  Object.defineProperty(FixedDate, "name", { value: "Date" });
  FixedDate.prototype.constructor = callable;
  define("Date", callable);
  define("performance", { now: () => now() % 1e6, mark: silent, measure: silent, timeOrigin: 0 });

  // Dice: a fixed series, another one when the host asks for variation.
  let seed = varied("random") ? 88172645463325252n : 1442695040888963407n;
  const roll = () => {
    seed ^= (seed << 13n) & 0xffffffffffffffffn;
    seed ^= seed >> 7n;
    seed ^= (seed << 17n) & 0xffffffffffffffffn;
    return Number(seed & 0xffffffffn);
  };
  const random = (what) => (saw("random", what), roll());
  lockkeeper.random = random;
  Math.random = () => random("Math.random") / 2 ** 32;

  const process = {
    env: environment, argv: ["node", "drizzle-kit"], argv0: "node", execArgv: [], pid: 1, ppid: 0, title: "node", exitCode: 0,
    platform: "linux", arch: "x64", version: "v22.0.0", versions: { node: "22.0.0", v8: "12.4" }, release: { name: "node" },
    cwd: () => setup.folder, chdir: silent, umask: () => 18, uptime: () => 1,
    nextTick: (run, ...args) => queueMicrotask(() => run(...args)),
    exit: (code) => { throw new Error(`process.exit(${code ?? ""}) was called`); },
    hrtime: Object.assign(() => [0, now() % 1e9], { bigint: () => BigInt(now()) }),
    memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
    stdout: { write: () => true, isTTY: false, columns: 80, on: silent },
    stderr: { write: () => true, isTTY: false, columns: 80, on: silent }, stdin: { isTTY: false, on: silent },
    emitWarning: silent, features: {}, config: { variables: {} }, binding: silent,
  };
  for (const name of ["on", "once", "off", "addListener", "removeListener", "removeAllListeners", "emit", "prependListener"]) {
    process[name] = () => process;
  }
  process.listeners = () => [];
  process.listenerCount = () => 0;
  define("process", process);

  for (const name of ["URL", "URLSearchParams"]) defineLazily(name, () => builtin("url")[name]);
  for (const name of ["TextEncoder", "TextDecoder"]) defineLazily(name, () => builtin("util")[name]);
  for (const name of ["Buffer", "atob", "btoa"]) defineLazily(name, () => builtin("buffer")[name]);
  for (const name of ["EventTarget", "Event", "AbortController", "AbortSignal"]) defineLazily(name, () => builtin("events")[name]);
  defineLazily("crypto", () => builtin("crypto").webcrypto);
  defineLazily("structuredClone", () => builtin("util").structuredClone);
  const absent = ["Intl", "fetch", "Request", "Response", "Headers", "FormData", "Blob", "File", "ReadableStream",
    "WritableStream", "TransformStream", "WebSocket", "MessageChannel", "MessagePort", "BroadcastChannel", "WebAssembly"];
  for (const name of absent) defineLazily(name, () => (saw("builtin", name), standInModule(name)));
})
