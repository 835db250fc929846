// Node modules that are a few lines each, and drizzle-kit's one function for projects that have not installed it.
(function (module, exports, require, lockkeeper, name) {
  "use strict";
  const assert = () => {
    const fail = (message) => { throw Object.assign(new Error(message || "assertion failed"), { code: "ERR_ASSERTION" }); };
    const check = (value, message) => { if (!value) fail(message); };
    return Object.assign((value, message) => check(value, message), {
      ok: check, fail, AssertionError: Error,
      equal: (a, b, message) => check(a == b, message),
      strictEqual: (a, b, message) => check(Object.is(a, b), message),
      notStrictEqual: (a, b, message) => check(!Object.is(a, b), message),
      deepStrictEqual: (a, b, message) => check(require("util").isDeepStrictEqual(a, b), message),
    });
  };
  const modules = {
    assert,
    "assert/strict": assert,
    console: () => globalThis.console,
    diagnostics_channel: () => ({
      channel: () => ({ hasSubscribers: false, publish() {}, subscribe() {}, unsubscribe() {} }),
      tracingChannel: () => ({ hasSubscribers: false }), subscribe() {}, unsubscribe() {},
    }),
    "drizzle-kit": () => ({ defineConfig: (config) => config }),
    "fs/promises": () => require("fs").promises,
    perf_hooks: () => ({ performance: globalThis.performance, PerformanceObserver: class { observe() {} disconnect() {} } }),
    process: () => globalThis.process,
    querystring: () => ({
      parse: (text) => Object.fromEntries(new URLSearchParams(text)), stringify: (data) => new URLSearchParams(data).toString(),
      escape: encodeURIComponent, unescape: decodeURIComponent,
    }),
    timers: () => ({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate }),
    "util/types": () => require("util").types,
  };
  module.exports = modules[name]();
})
