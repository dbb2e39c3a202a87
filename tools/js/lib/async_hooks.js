// async_hooks: AsyncLocalStorage and AsyncResource. What is stored is one frame, a Map that is never changed: whatever is put off
// (reactions of promises, by the engine; all else, by internal/loop) takes the frame of its making along. There are no hooks to watch it.
const { core } = internal;
const loop = require('internal/loop');
const { codes } = require('internal/errors');
const { validateFunction, validateString } = require('internal/validators');

function runIn(frame, fn, self, args) {
  const before = core.setFrame(frame);
  try {
    return Reflect.apply(fn, self, args);
  } finally {
    core.setFrame(before);
  }
}

function bound(fn, frame = core.frame()) {
  return function (...args) { return runIn(frame, fn, this, args); };
}
loop.setBinder(bound);

class AsyncLocalStorage {
  static bind(fn) {
    validateFunction(fn, 'fn');
    return AsyncResource.bind(fn);
  }
  static snapshot() {
    const frame = core.frame();
    return (fn, ...args) => runIn(frame, fn, undefined, args);
  }
  #with(store) {
    const frame = new Map(core.frame());
    frame.set(this, store);
    return frame;
  }
  run(store, fn, ...args) { return runIn(this.#with(store), fn, undefined, args); }
  exit(fn, ...args) { return runIn(this.#without(), fn, undefined, args); }
  #without() {
    const frame = new Map(core.frame());
    frame.delete(this);
    return frame;
  }
  enterWith(store) { core.setFrame(this.#with(store)); }
  getStore() { return core.frame()?.get(this); }
  disable() { core.setFrame(this.#without()); }
}

let ids = 1;

class AsyncResource {
  #frame = core.frame();
  #id = ++ids;
  #trigger;
  constructor(type, options = {}) {
    validateString(type, 'type');
    if (type === '')
      throw new codes.ERR_ASYNC_TYPE(type);
    const trigger = typeof options === 'number' ? options : options.triggerAsyncId ?? 1;
    if (!Number.isSafeInteger(trigger) || trigger < -1)
      throw new codes.ERR_INVALID_ASYNC_ID('triggerAsyncId', trigger);
    this.#trigger = trigger;
  }
  runInAsyncScope(fn, self, ...args) { return runIn(this.#frame, fn, self, args); }
  emitDestroy() { return this; }
  asyncId() { return this.#id; }
  triggerAsyncId() { return this.#trigger; }
  bind(fn, self) {
    validateFunction(fn, 'fn');
    const resource = this;
    const r = function (...args) { return resource.runInAsyncScope(fn, self === undefined ? this : self, ...args); };
    return Object.defineProperties(r, {
      length: { configurable: true, enumerable: false, value: fn.length, writable: false },
      asyncResource: { configurable: true, enumerable: true, get: () => resource },
    });
  }
  static bind(fn, type, self) { return new AsyncResource(type || fn.name || 'bound-anonymous-fn').bind(fn, self); }
}

const createHook = () => ({ enable() { return this; }, disable() { return this; } });

module.exports = {
  AsyncLocalStorage, createHook, executionAsyncId: () => 1, triggerAsyncId: () => 0, executionAsyncResource: () => resource,
  asyncWrapProviders: Object.freeze({ __proto__: null, NONE: 0 }), AsyncResource,
};
const resource = {};
