// node:util: what libraries use while they load.
(function (module, exports) {
  "use strict";
  const inspect = Object.assign((value) => {
    try {
      return typeof value === "string" ? `'${value}'` : (JSON.stringify(value) ?? String(value));
    } catch {
      return String(value);
    }
  }, { custom: Symbol.for("nodejs.util.inspect.custom"), defaultOptions: {} });
  const format = (text, ...args) => {
    if (typeof text !== "string") return [text, ...args].map(inspect).join(" ");
    const filled = text.replace(/%([sdifjoOc%])/g, (whole, kind) => {
      if (kind === "%") return "%";
      if (args.length === 0) return whole;
      const value = args.shift();
      return kind === "s" ? String(value) : kind === "d" || kind === "f" ? String(Number(value)) : kind === "i" ? String(parseInt(value, 10)) : kind === "c" ? "" : inspect(value);
    });
    return [filled, ...args.map((value) => (typeof value === "string" ? value : inspect(value)))].join(" ");
  };
  const promisify = Object.assign(
    (run) => (...args) => new Promise((done, fail) => run(...args, (error, value) => (error ? fail(error) : done(value)))),
    { custom: Symbol.for("nodejs.util.promisify.custom") },
  );
  const tag = (value) => Object.prototype.toString.call(value).slice(8, -1);
  const isDeepStrictEqual = (a, b) => {
    if (Object.is(a, b)) return true;
    if (typeof a !== "object" || typeof b !== "object" || a === null || b === null || tag(a) !== tag(b)) return false;
    if (a instanceof Date) return a.getTime() === b.getTime();
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isDeepStrictEqual(a[key], b[key]));
  };
  const clone = (value, seen = new Map()) => {
    if (typeof value === "function" || typeof value === "symbol") throw new TypeError("could not be cloned");
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return seen.get(value);
    if (value instanceof Date) return new Date(value.getTime());
    if (value instanceof RegExp) return new RegExp(value.source, value.flags);
    if (ArrayBuffer.isView(value)) return value.slice();
    if (value instanceof Map) return new Map([...value].map(([key, item]) => [clone(key, seen), clone(item, seen)]));
    if (value instanceof Set) return new Set([...value].map((item) => clone(item, seen)));
    const copy = Array.isArray(value) ? [] : {};
    seen.set(value, copy);
    for (const key of Object.keys(value)) copy[key] = clone(value[key], seen);
    return copy;
  };

  class TextEncoder {
    encoding = "utf-8";
    encode(text = "") {
      const bytes = [];
      for (const char of String(text)) {
        const code = char.codePointAt(0);
        if (code < 0x80) bytes.push(code);
        else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63));
        else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
        else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
      }
      return new Uint8Array(bytes);
    }
  }
  class TextDecoder {
    encoding = "utf-8";
    decode(input = new Uint8Array()) {
      const bytes = ArrayBuffer.isView(input) ? new Uint8Array(input.buffer, input.byteOffset, input.byteLength) : new Uint8Array(input);
      const escaped = Array.from(bytes, (byte) => "%" + byte.toString(16).padStart(2, "0")).join("");
      try {
        return decodeURIComponent(escaped);
      } catch {
        return String.fromCharCode(...bytes);
      }
    }
  }
  const is = (name) => (value) => tag(value) === name;
  Object.assign(exports, {
    inspect, format, promisify, isDeepStrictEqual, structuredClone: (value) => clone(value), TextEncoder, TextDecoder,
    inherits: (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype),
    deprecate: (run) => run, debuglog: () => () => {}, debug: () => () => {}, callbackify: (run) => run,
    stripVTControlCharacters: (text) => text.replace(/\u001b\[[0-9;]*m/g, ""), styleText: (_style, text) => text,
    isArray: Array.isArray,
    types: {
      isDate: is("Date"), isRegExp: is("RegExp"), isMap: is("Map"), isSet: is("Set"), isPromise: is("Promise"),
      isNativeError: is("Error"), isUint8Array: is("Uint8Array"), isTypedArray: ArrayBuffer.isView, isProxy: () => false,
      isAnyArrayBuffer: is("ArrayBuffer"), isArrayBuffer: is("ArrayBuffer"), isAsyncFunction: is("AsyncFunction"),
      isGeneratorFunction: is("GeneratorFunction"), isBoxedPrimitive: () => false,
    },
  });
})
