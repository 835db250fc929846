// node:module: createRequire.
(function (module, exports, require, lockkeeper) {
  "use strict";
  const createRequire = (from) => lockkeeper.requireFrom(String(from?.href ?? from).replace(/^file:\/\//, ""));
  Object.assign(exports, { createRequire, builtinModules: [], isBuiltin: (name) => name.startsWith("node:"), register: () => {}, Module: { createRequire } });
})
