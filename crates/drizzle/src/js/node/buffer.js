// node:buffer: bytes with the usual encodings.
(function (module, exports, require) {
  "use strict";
  const { TextEncoder, TextDecoder } = require("util");
  const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const toBase64 = (bytes) => {
    let out = "";
    for (let at = 0; at < bytes.length; at += 3) {
      const left = bytes.length - at;
      const three = (bytes[at] << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
      out += DIGITS[three >> 18] + DIGITS[(three >> 12) & 63] + (left > 1 ? DIGITS[(three >> 6) & 63] : "=") + (left > 2 ? DIGITS[three & 63] : "=");
    }
    return out;
  };
  const fromBase64 = (text) => {
    const bytes = [];
    let bits = 0;
    let held = 0;
    for (const char of text.replace(/-/g, "+").replace(/_/g, "/")) {
      const digit = DIGITS.indexOf(char);
      if (digit < 0) continue;
      held = (held << 6) | digit;
      bits += 6;
      if (bits >= 8) bytes.push((held >> (bits -= 8)) & 255);
    }
    return bytes;
  };
  const encode = (text, encoding = "utf8") => {
    switch (encoding.toLowerCase()) {
      case "hex": return (text.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => parseInt(pair, 16));
      case "base64": case "base64url": return fromBase64(text);
      case "latin1": case "binary": case "ascii": return Array.from(text, (char) => char.charCodeAt(0) & 255);
      default: return new TextEncoder().encode(text);
    }
  };
  class Buffer extends Uint8Array {
    static from(value, encoding) {
      if (typeof value === "string") return new Buffer(encode(value, encoding));
      if (value instanceof ArrayBuffer) return new Buffer(value);
      return new Buffer(Array.from(value?.data ?? value));
    }
    static alloc(size, fill = 0) { return new Buffer(size).fill(fill); }
    static allocUnsafe(size) { return new Buffer(size); }
    static isBuffer(value) { return value instanceof Buffer; }
    static byteLength(value, encoding) { return typeof value === "string" ? encode(value, encoding).length : value.byteLength; }
    static isEncoding(name) { return ["utf8", "utf-8", "hex", "base64", "base64url", "latin1", "ascii", "binary"].includes(String(name).toLowerCase()); }
    static concat(list) { return Buffer.from(list.flatMap((bytes) => Array.from(bytes))); }
    static compare(a, b) { return Buffer.from(a).compare(b); }
    toString(encoding = "utf8", from = 0, to = this.length) {
      const bytes = this.subarray(from, to);
      switch (encoding.toLowerCase()) {
        case "hex": return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
        case "base64": return toBase64(bytes);
        case "base64url": return toBase64(bytes).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
        case "latin1": case "binary": case "ascii": return String.fromCharCode(...bytes);
        default: return new TextDecoder().decode(bytes);
      }
    }
    toJSON() { return { type: "Buffer", data: Array.from(this) }; }
    equals(other) { return this.length === other.length && this.every((byte, at) => byte === other[at]); }
    compare(other) {
      for (let at = 0; at < Math.min(this.length, other.length); at++) if (this[at] !== other[at]) return this[at] < other[at] ? -1 : 1;
      return Math.sign(this.length - other.length);
    }
    write(text, at = 0) { this.set(encode(text), at); return text.length; }
    readUInt8(at = 0) { return this[at]; }
    readUInt16BE(at = 0) { return (this[at] << 8) | this[at + 1]; }
    readUInt32BE(at = 0) { return this.readUInt16BE(at) * 65536 + this.readUInt16BE(at + 2); }
    writeUInt8(value, at = 0) { this[at] = value; return at + 1; }
    writeUInt32BE(value, at = 0) { for (let byte = 0; byte < 4; byte++) this[at + byte] = value >>> (24 - byte * 8); return at + 4; }
    slice(from, to) { return this.subarray(from, to); }
  }
  const callable = new Proxy(Buffer, { apply: (_, _this, [value, encoding]) => (typeof value === "number" ? Buffer.alloc(value) : Buffer.from(value, encoding)) });
  Object.assign(exports, {
    Buffer: callable, kMaxLength: 2 ** 31, constants: { MAX_LENGTH: 2 ** 31, MAX_STRING_LENGTH: 2 ** 29 },
    atob: (text) => String.fromCharCode(...fromBase64(text)), btoa: (text) => toBase64(encode(text, "latin1")),
  });
})
