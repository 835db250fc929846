// node:async_hooks: stores that hold while a function runs.
(function (module, exports) {
  "use strict";
  class AsyncLocalStorage {
    #store;
    run(store, run, ...args) {
      const before = this.#store;
      this.#store = store;
      try {
        return run(...args);
      } finally {
        this.#store = before;
      }
    }
    exit(run, ...args) { return this.run(undefined, run, ...args); }
    getStore() { return this.#store; }
    enterWith(store) { this.#store = store; }
    disable() { this.#store = undefined; }
    static bind(run) { return run; }
    static snapshot() { return (run, ...args) => run(...args); }
  }
  class AsyncResource {
    runInAsyncScope(run, self, ...args) { return run.apply(self, args); }
    emitDestroy() { return this; }
    bind(run) { return run; }
    static bind(run) { return run; }
  }
  Object.assign(exports, { AsyncLocalStorage, AsyncResource, createHook: () => ({ enable() {}, disable() {} }), executionAsyncId: () => 1, triggerAsyncId: () => 0 });
})
