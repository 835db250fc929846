// node:events, and the event classes of the web.
(function (module) {
  "use strict";
  class EventEmitter {
    #listeners = new Map();
    #of(name) { return this.#listeners.get(name) ?? []; }
    on(name, run) { this.#listeners.set(name, [...this.#of(name), { run }]); return this; }
    prependListener(name, run) { this.#listeners.set(name, [{ run }, ...this.#of(name)]); return this; }
    once(name, run) { this.#listeners.set(name, [...this.#of(name), { run, once: true }]); return this; }
    off(name, run) { this.#listeners.set(name, this.#of(name).filter((listener) => listener.run !== run)); return this; }
    emit(name, ...args) {
      const listeners = this.#of(name);
      for (const listener of listeners) {
        if (listener.once) this.off(name, listener.run);
        listener.run.apply(this, args);
      }
      return listeners.length > 0;
    }
    addListener(name, run) { return this.on(name, run); }
    removeListener(name, run) { return this.off(name, run); }
    removeAllListeners(name) { name === undefined ? this.#listeners.clear() : this.#listeners.delete(name); return this; }
    listeners(name) { return this.#of(name).map((listener) => listener.run); }
    listenerCount(name) { return this.#of(name).length; }
    eventNames() { return [...this.#listeners.keys()]; }
    setMaxListeners() { return this; }
    getMaxListeners() { return 10; }
  }
  class Event {
    constructor(type, init = {}) { Object.assign(this, init, { type }); }
    preventDefault() {}
    stopPropagation() {}
  }
  class EventTarget {
    #emitter = new EventEmitter();
    addEventListener(type, run, options) { options?.once ? this.#emitter.once(type, run) : this.#emitter.on(type, run); }
    removeEventListener(type, run) { this.#emitter.off(type, run); }
    dispatchEvent(event) { this.#emitter.emit(event.type, event); return true; }
  }
  class AbortSignal extends EventTarget {
    aborted = false;
    reason = undefined;
    throwIfAborted() { if (this.aborted) throw this.reason; }
    static timeout() { return new AbortSignal(); }
    static abort(reason) { return Object.assign(new AbortSignal(), { aborted: true, reason }); }
  }
  class AbortController {
    signal = new AbortSignal();
    abort(reason = new Error("This operation was aborted")) {
      Object.assign(this.signal, { aborted: true, reason });
      this.signal.dispatchEvent(new Event("abort"));
    }
  }
  module.exports = Object.assign(EventEmitter, {
    EventEmitter, Event, EventTarget, AbortSignal, AbortController, defaultMaxListeners: 10, setMaxListeners: () => {},
    once: (emitter, name) => new Promise((done) => emitter.once(name, (...args) => done(args))),
  });
})
