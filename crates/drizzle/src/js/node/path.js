// node:path, as on Linux.
(function (module, exports, require, lockkeeper) {
  "use strict";
  const normalize = (path) => {
    if (path === "") return ".";
    const absolute = path.startsWith("/");
    const parts = [];
    for (const part of path.split("/")) {
      if (part === "" || part === ".") continue;
      if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
      else if (part !== ".." || !absolute) parts.push(part);
    }
    const joined = parts.join("/") + (path.endsWith("/") && parts.length > 0 ? "/" : "");
    return absolute ? "/" + joined : joined || ".";
  };
  const join = (...parts) => normalize(parts.filter((part) => part !== "").join("/"));
  const resolve = (...parts) => {
    let path = "";
    for (const part of [lockkeeper.setup.folder, ...parts]) path = part.startsWith("/") ? part : part === "" ? path : path + "/" + part;
    const whole = normalize(path);
    return whole.length > 1 && whole.endsWith("/") ? whole.slice(0, -1) : whole;
  };
  const trim = (path) => path.replace(/(?<=.)\/+$/, "");
  const dirname = (path) => {
    const at = trim(path).lastIndexOf("/");
    return at < 0 ? "." : at === 0 ? "/" : trim(path).slice(0, at);
  };
  const basename = (path, ending = "") => {
    const name = trim(path).slice(trim(path).lastIndexOf("/") + 1);
    return ending && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  };
  const extname = (path) => {
    const name = basename(path);
    const at = name.lastIndexOf(".");
    return at <= 0 ? "" : name.slice(at);
  };
  const relative = (from, to) => {
    const [a, b] = [resolve(from), resolve(to)].map((path) => path.split("/").filter(Boolean));
    let same = 0;
    while (same < a.length && same < b.length && a[same] === b[same]) same++;
    return [...a.slice(same).map(() => ".."), ...b.slice(same)].join("/");
  };
  const parse = (path) => {
    const base = basename(path);
    const ext = extname(path);
    return { root: path.startsWith("/") ? "/" : "", dir: path.includes("/") ? dirname(path) : "", base, ext, name: ext ? base.slice(0, -ext.length) : base };
  };
  const format = ({ dir, root = "", base, name = "", ext = "" }) => {
    const file = base ?? name + ext;
    return dir ? (dir.endsWith("/") ? dir + file : dir + "/" + file) : root + file;
  };
  Object.assign(exports, {
    normalize, join, resolve, dirname, basename, extname, relative, parse, format,
    isAbsolute: (path) => path.startsWith("/"), sep: "/", delimiter: ":", toNamespacedPath: (path) => path,
  });
  exports.posix = exports;
  exports.win32 = exports;
})
