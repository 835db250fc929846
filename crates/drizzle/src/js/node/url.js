// node:url: URL, URLSearchParams and the conversions between file paths and URLs.
(function (module, exports) {
  "use strict";
  const escape = (text) => encodeURIComponent(text).replace(/%20/g, "+").replace(/[!'()~]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
  const unescape = (text) => {
    try {
      return decodeURIComponent(text.replace(/\+/g, " "));
    } catch {
      return text;
    }
  };
  class URLSearchParams {
    #pairs = [];
    #changed;
    constructor(init = "", changed = () => {}) {
      this.#changed = changed;
      if (typeof init === "string") {
        for (const pair of init.replace(/^\?/, "").split("&").filter(Boolean)) {
          const at = pair.indexOf("=");
          this.#pairs.push(at < 0 ? [unescape(pair), ""] : [unescape(pair.slice(0, at)), unescape(pair.slice(at + 1))]);
        }
      } else {
        const pairs = typeof init[Symbol.iterator] === "function" ? init : Object.entries(init);
        for (const [name, value] of pairs) this.#pairs.push([String(name), String(value)]);
      }
    }
    get size() { return this.#pairs.length; }
    get(name) { return this.#pairs.find((pair) => pair[0] === name)?.[1] ?? null; }
    getAll(name) { return this.#pairs.filter((pair) => pair[0] === name).map((pair) => pair[1]); }
    has(name) { return this.#pairs.some((pair) => pair[0] === name); }
    append(name, value) { this.#pairs.push([String(name), String(value)]); this.#changed(); }
    delete(name) { this.#pairs = this.#pairs.filter((pair) => pair[0] !== name); this.#changed(); }
    set(name, value) {
      const at = this.#pairs.findIndex((pair) => pair[0] === name);
      if (at < 0) return this.append(name, value);
      this.#pairs = this.#pairs.filter((pair, index) => pair[0] !== name || index === at);
      this.#pairs[at][1] = String(value);
      this.#changed();
    }
    sort() { this.#pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)); this.#changed(); }
    forEach(run) { for (const [name, value] of this.#pairs) run(value, name, this); }
    keys() { return this.#pairs.map((pair) => pair[0])[Symbol.iterator](); }
    values() { return this.#pairs.map((pair) => pair[1])[Symbol.iterator](); }
    entries() { return this.#pairs.map((pair) => [...pair])[Symbol.iterator](); }
    [Symbol.iterator]() { return this.entries(); }
    toString() { return this.#pairs.map(([name, value]) => `${escape(name)}=${escape(value)}`).join("&"); }
  }

  const PORTS = { "http:": "80", "https:": "443", "ws:": "80", "wss:": "443", "ftp:": "21" };
  const isSpecial = (protocol) => protocol in PORTS || protocol === "file:";
  const straight = (path) => {
    const parts = [];
    const segments = path.split("/").slice(1);
    segments.forEach((segment, at) => {
      const last = at === segments.length - 1;
      if (segment === "..") (parts.pop(), last && parts.push(""));
      else if (segment === ".") last && parts.push("");
      else parts.push(segment);
    });
    return "/" + parts.join("/");
  };
  const split = (text) => {
    const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*:)(.*)$/s.exec(text);
    if (!scheme) return null;
    const [, protocol, rest] = scheme;
    const [, before, search = "", hash = ""] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(rest);
    if (!before.startsWith("//")) return { protocol: protocol.toLowerCase(), authority: null, path: before, search, hash };
    const slash = before.indexOf("/", 2);
    const authority = slash < 0 ? before.slice(2) : before.slice(2, slash);
    return { protocol: protocol.toLowerCase(), authority, path: slash < 0 ? "" : before.slice(slash), search, hash };
  };
  const invalid = (text) => Object.assign(new TypeError("Invalid URL"), { code: "ERR_INVALID_URL", input: text });
  const against = (text, base) => {
    const from = split(String(base));
    if (!from) throw invalid(text);
    const origin = `${from.protocol}//${from.authority ?? ""}`;
    if (text.startsWith("//")) return from.protocol + text;
    if (text.startsWith("/")) return origin + text;
    if (text.startsWith("?")) return origin + from.path + text;
    if (text.startsWith("#")) return origin + from.path + from.search + text;
    return origin + from.path.slice(0, from.path.lastIndexOf("/") + 1) + text;
  };
  class URL {
    constructor(input, base) {
      let text = String(input).trim();
      let parts = split(text);
      if (!parts && base !== undefined) parts = split(against(text, base));
      if (!parts) throw invalid(text);
      const special = isSpecial(parts.protocol);
      if (special && parts.protocol !== "file:" && !parts.authority) throw invalid(text);
      const [, user = "", host = ""] = /^(?:(.*)@)?(.*)$/s.exec(parts.authority ?? "");
      const colon = user.indexOf(":");
      const address = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(host);
      if (!address || /[\s<>^|]/.test(host)) throw invalid(text);
      this.protocol = parts.protocol;
      this.username = colon < 0 ? user : user.slice(0, colon);
      this.password = colon < 0 ? "" : user.slice(colon + 1);
      this.hostname = special ? address[1].toLowerCase() : address[1];
      this.port = address[2] && address[2] !== PORTS[parts.protocol] ? address[2] : "";
      this.pathname = parts.authority === null ? parts.path : straight(parts.path || (special ? "/" : "")).replace(/^\/$/, parts.path || special ? "/" : "");
      this.search = parts.search === "?" ? "" : parts.search;
      this.hash = parts.hash === "#" ? "" : parts.hash;
      Object.defineProperty(this, "opaque", { value: parts.authority === null, enumerable: false });
      const params = new URLSearchParams(this.search, () => (this.search = params.size > 0 ? "?" + params : ""));
      Object.defineProperty(this, "searchParams", { value: params, enumerable: true });
    }
    get host() { return this.hostname + (this.port && ":" + this.port); }
    set host(host) { [this.hostname, this.port = ""] = host.split(":"); }
    get origin() { return isSpecial(this.protocol) && this.protocol !== "file:" ? `${this.protocol}//${this.host}` : "null"; }
    get href() {
      const user = this.username || this.password ? this.username + (this.password && ":" + this.password) + "@" : "";
      return `${this.protocol}${this.opaque ? "" : "//"}${user}${this.host}${this.pathname}${this.search}${this.hash}`;
    }
    toString() { return this.href; }
    toJSON() { return this.href; }
    static canParse(text, base) { return URL.parse(text, base) !== null; }
    static parse(text, base) {
      try {
        return new URL(text, base);
      } catch {
        return null;
      }
    }
  }
  Object.assign(exports, {
    URL, URLSearchParams,
    fileURLToPath: (url) => decodeURIComponent(String(url?.href ?? url).replace(/^file:\/\//, "")),
    pathToFileURL: (path) => new URL("file://" + encodeURI(path).replace(/[?#]/g, encodeURIComponent)),
    parse: (text) => URL.parse(text) ?? { href: text, pathname: text },
    format: (url) => String(url?.href ?? url),
    resolve: (from, to) => new URL(to, from).href,
  });
})
