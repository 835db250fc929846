// node:os, of a machine that is nobody's.
(function (module, exports) {
  "use strict";
  Object.assign(exports, {
    EOL: "\n", platform: () => "linux", type: () => "Linux", release: () => "0", arch: () => "x64", hostname: () => "sandbox", homedir: () => "/nonexistent",
    tmpdir: () => "/nonexistent", cpus: () => [], totalmem: () => 0, freemem: () => 0, uptime: () => 0, loadavg: () => [0, 0, 0], endianness: () => "LE",
    networkInterfaces: () => ({}), userInfo: () => ({ username: "sandbox", uid: 0, gid: 0, shell: null, homedir: "/nonexistent" }), availableParallelism: () => 1,
    constants: { signals: {}, errno: {} },
  });
})
