// node:crypto: digests are real, random bytes come from the fixed dice.
(function (module, exports, require, lockkeeper) {
  "use strict";
  const { Buffer } = require("buffer");
  const bytesOf = (data, encoding) => (typeof data === "string" ? Buffer.from(data, encoding) : Buffer.from(data));
  const BLOCK = { sha384: 128, sha512: 128 };
  const digest = (algorithm, bytes) => Buffer.from(lockkeeper.native.digest(algorithm, bytes.toString("hex")), "hex");
  const checked = (algorithm) => {
    const name = algorithm.toLowerCase().replace("-", "");
    if (!["md5", "sha1", "sha224", "sha256", "sha384", "sha512"].includes(name)) throw new Error("Digest method not supported");
    return name;
  };
  class Hash {
    #parts = [];
    #finish;
    constructor(finish) { this.#finish = finish; }
    update(data, encoding) { this.#parts.push(bytesOf(data, encoding)); return this; }
    digest(encoding) {
      const bytes = this.#finish(Buffer.concat(this.#parts));
      return encoding ? bytes.toString(encoding) : bytes;
    }
    copy() { const copy = new Hash(this.#finish); copy.#parts = [...this.#parts]; return copy; }
  }
  const createHash = (algorithm) => { const name = checked(algorithm); return new Hash((bytes) => digest(name, bytes)); };
  const createHmac = (algorithm, key) => {
    const name = checked(algorithm);
    const size = BLOCK[name] ?? 64;
    const given = bytesOf(key);
    const padded = Buffer.alloc(size);
    padded.set(given.length > size ? digest(name, given) : given);
    const mask = (byte) => Buffer.from(Array.from(padded, (each) => each ^ byte));
    return new Hash((bytes) => digest(name, Buffer.concat([mask(0x5c), digest(name, Buffer.concat([mask(0x36), bytes]))])));
  };
  const fill = (array) => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    for (let at = 0; at < bytes.length; at++) bytes[at] = lockkeeper.random("crypto") & 255;
    return array;
  };
  const randomBytes = (size) => fill(Buffer.alloc(size));
  const randomUUID = () => {
    const bytes = randomBytes(16);
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const timingSafeEqual = (a, b) => Buffer.from(a).equals(b);
  const randomInt = (from, to) => { const [low, high] = to === undefined ? [0, from] : [from, to]; return low + (lockkeeper.random("crypto") % (high - low)); };
  const webcrypto = { getRandomValues: fill, randomUUID, subtle: lockkeeper.standInModule("crypto.subtle") };
  Object.assign(exports, {
    createHash, createHmac, randomBytes, randomUUID, randomInt, timingSafeEqual, webcrypto, getRandomValues: fill, randomFillSync: fill,
    subtle: webcrypto.subtle, getHashes: () => ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], constants: {},
  });
  for (const name of ["scrypt", "scryptSync", "pbkdf2", "pbkdf2Sync", "createCipheriv", "createDecipheriv", "createSign", "createVerify",
    "createPrivateKey", "createPublicKey", "createSecretKey", "generateKeyPair", "generateKeyPairSync", "hkdfSync", "KeyObject"]) {
    Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => lockkeeper.standInModule("node:crypto")[name] });
  }
})
