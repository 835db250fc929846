// node:fs: reading within the project; nothing else exists, nothing can be written.
(function (module, exports, require, lockkeeper) {
  "use strict";
  const { native } = lockkeeper;
  const { resolve } = require("path");
  const at = (path) => resolve(String(path?.href ?? path).replace(/^file:\/\//, ""));
  const absent = (call, path) => Object.assign(new Error(`ENOENT: no such file or directory, ${call} '${path}'`), { code: "ENOENT", errno: -2, syscall: call, path });
  const refused = (call) => () => { throw Object.assign(new Error(`EROFS: the sandbox is read-only, ${call}`), { code: "EROFS", syscall: call }); };
  const readFileSync = (path, options) => {
    const text = native.read(at(path));
    if (text === undefined || text === null) throw absent("open", path);
    return (typeof options === "string" ? options : options?.encoding) ? text : require("buffer").Buffer.from(text);
  };
  const statSync = (path, options) => {
    const kind = native.stat(at(path));
    if (kind === "" && options?.throwIfNoEntry === false) return undefined;
    if (kind === "") throw absent("stat", path);
    return { isFile: () => kind === "file", isDirectory: () => kind === "folder", isSymbolicLink: () => false, size: 0, mtimeMs: 0, mode: 0o644 };
  };
  const readdirSync = (path, options) => {
    if (native.stat(at(path)) !== "folder") throw absent("scandir", path);
    const names = JSON.parse(native.list(at(path)));
    if (!options?.withFileTypes) return names;
    return names.map((name) => Object.assign(statSync(at(path) + "/" + name), { name, parentPath: at(path), path: at(path) }));
  };
  const accessSync = (path) => void statSync(path);
  const sync = {
    readFileSync, statSync, lstatSync: statSync, readdirSync, accessSync, existsSync: (path) => native.stat(at(path)) !== "",
    realpathSync: Object.assign((path) => at(path), { native: (path) => at(path) }),
  };
  for (const name of ["writeFile", "appendFile", "mkdir", "rm", "rmdir", "unlink", "rename", "copyFile", "symlink", "chmod", "mkdtemp", "open"]) {
    sync[name + "Sync"] = refused(name);
  }
  const promises = {};
  for (const [name, run] of Object.entries(sync)) {
    const short = name.replace(/Sync$/, "");
    promises[short] = async (...args) => run(...args);
    exports[short] = (...args) => {
      const done = args.pop();
      promises[short](...args).then((value) => done(null, value), (error) => done(error));
    };
  }
  const standIn = lockkeeper.standInModule("node:fs");
  Object.assign(exports, sync, {
    promises, constants: { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 }, watch: () => ({ close() {} }), watchFile: () => {}, unwatchFile: () => {},
    createReadStream: standIn.createReadStream, createWriteStream: standIn.createWriteStream, Stats: standIn.Stats,
  });
})
