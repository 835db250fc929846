// What code calls where it decides on a value (see decisions.rs): a decision on an answered value is taken the
// other way, and the host is told where.
(function (lockkeeper) {
  "use strict";
  const keep = Object.fromEntries(lockkeeper.setup.keep.map((site) => [site, true]));
  const { isStandIn, standInSource, placeholders, varied, native } = lockkeeper;

  // The source of doubt a value comes from, if it comes from one.
  const sourceOf = (value) => {
    if (typeof value === "object" || typeof value === "function") {
      return isStandIn(value) ? "package:" + standInSource(value) : undefined;
    }
    if (typeof value !== "string") return undefined;
    const named = /\uE000(?:other )?([^\uE001]*)/.exec(value);
    if (named) return lockkeeper.sourceOfPath(named[1]);
    const exact = placeholders.get(value);
    if (exact !== undefined) return "environment:" + exact.name;
    if (value.length < 12) return undefined;
    for (const [text, { name }] of placeholders) if (text.length >= 12 && value.indexOf(text) >= 0) return "environment:" + name;
    return undefined;
  };
  // The value as it was in the first evaluation: a decision is turned against the one taken there.
  const firstly = (value) => (typeof value === "string" ? (placeholders.get(value)?.first ?? value) : value);
  const { turn } = lockkeeper.setup;
  const turns = new Map();
  const TURNS_MAX = 64; // a loop's test that is always turned would never end
  const turned = (value, site) => {
    const source = sourceOf(value);
    if (source === undefined) return false;
    const count = (turns.get(site) ?? 0) + 1;
    turns.set(site, count);
    const now = turn === null ? varied(source) && !keep[site] : turn === site;
    if (count === 1) native.decided(site, source, now);
    return now && count <= TURNS_MAX;
  };

  lockkeeper.test = (value, site) => (turned(value, site) ? !value : value);
  lockkeeper.nullish = (value, site) => (turned(value, site) ? undefined : value);
  // What kind of thing a stand-in is: a text that carries its name, so that the comparison it goes into is turned.
  lockkeeper.kind = (kind, again, site) => {
    const value = kind === "function" ? again() : undefined;
    return isStandIn(value) && turned(value, site) ? `\uE000${lockkeeper.standInPath(value)}\uE001` : kind;
  };
  const OPERATORS = {
    "===": (a, b) => a === b, "!==": (a, b) => a !== b, "==": (a, b) => a == b, "!=": (a, b) => a != b,
    "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
    in: (a, b) => a in b, instanceof: (a, b) => a instanceof b,
  };
  lockkeeper.compare = (a, b, operator, site) => {
    const turn = a !== b && (turned(a, site) || turned(b, site));
    return turn ? !OPERATORS[operator](firstly(a), firstly(b)) : OPERATORS[operator](a, b);
  };
  let discriminant;
  lockkeeper.switched = (value, site) => {
    discriminant = turned(value, site) ? { value } : undefined;
    return value;
  };
  lockkeeper.cased = (value) => {
    const turn = discriminant;
    discriminant = undefined;
    return turn ? turn.value : value;
  };
  lockkeeper.at = (object, key, site) => {
    if (object === null || object === undefined || isStandIn(object) || !turned(key, site)) return object[key];
    const first = Object.keys(object)[0];
    return first === undefined ? object[key] : object[first];
  };

  const turnAnswers = (prototype, ...names) => {
    for (const name of names) {
      const plain = prototype[name];
      Object.defineProperty(prototype, name, {
        configurable: true,
        writable: true,
        value: function (...args) {
          const site = `${name}()`;
          const self = typeof this === "string" || this instanceof String ? String(this) : undefined;
          const turn = turned(args[0], site) || (self !== undefined && turned(self, site));
          if (!turn) return plain.apply(this, args);
          return !plain.apply(self === undefined ? this : firstly(self), [firstly(args[0]), ...args.slice(1)]);
        },
      });
    }
  };
  // No answered text is a number; another answer could have been one.
  for (const name of ["Number", "parseInt", "parseFloat"]) {
    const apply = (plain, self, args) =>
      typeof args[0] === "string" && turned(args[0], `${name}()`) ? 17 : Reflect.apply(plain, self, args);
    globalThis[name] = new Proxy(globalThis[name], { apply });
  }
  turnAnswers(Array.prototype, "includes");
  turnAnswers(Set.prototype, "has");
  turnAnswers(Map.prototype, "has");
  turnAnswers(RegExp.prototype, "test");
  turnAnswers(String.prototype, "includes", "startsWith", "endsWith");
})
